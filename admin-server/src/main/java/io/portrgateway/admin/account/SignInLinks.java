package io.portrgateway.admin.account;

import io.portrgateway.admin.audit.AuditTrail;
import io.portrgateway.admin.secret.Tokens;
import io.portrgateway.admin.settings.AdminSettings;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** One-time links to sign in: good for a day and for one use; only their hash is stored. Thread-safe. */
@Service
public class SignInLinks {

    private static final int TOKEN_BYTES = 32;

    private final JdbcClient database;
    private final Accounts accounts;
    private final AuditTrail audit;
    private final AdminSettings settings;

    SignInLinks(JdbcClient database, Accounts accounts, AuditTrail audit, AdminSettings settings) {
        this.database = database;
        this.accounts = accounts;
        this.audit = audit;
        this.settings = settings;
    }

    /** A new link for the user; the caller shows it to that user and to nobody else. Links long expired are removed. */
    @Transactional
    public String make(Account account) {
        String token = Tokens.randomHex(TOKEN_BYTES);
        database.sql("delete from sign_in_link where expires_at < now() - interval '7 days'")
                .update();
        database.sql("""
                        insert into sign_in_link (token_hash, user_id, expires_at)
                        values (:hash, :user, now() + interval '24 hours')
                        """)
                .param("hash", Tokens.sha256(token))
                .param("user", account.id())
                .update();
        audit.record(new AuditTrail.Event(null, "system", "sign_in_link.made", null, account.email(), null));
        return settings.publicAddresses().server() + "/sign-in?token=" + token;
    }

    /** Uses the link up and answers whose it was; nothing when it is unknown, used or expired. */
    @Transactional
    public Optional<Account> use(String token) {
        Optional<Long> user = database.sql("""
                        update sign_in_link set used_at = now()
                        where token_hash = :hash and used_at is null and expires_at > now()
                        returning user_id
                        """)
                .param("hash", Tokens.sha256(token))
                .query(Long.class)
                .optional();
        return user.flatMap(accounts::byId);
    }
}
