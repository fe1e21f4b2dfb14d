package io.portrgateway.admin.team;

import io.portrgateway.admin.audit.AuditTrail;
import io.portrgateway.admin.command.TunnelCommands;
import io.portrgateway.admin.secret.Tokens;
import io.portrgateway.admin.settings.AdminSettings;
import io.portrgateway.admin.web.Outcome;
import io.portrgateway.admin.web.Refusal;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Shows and replaces the secret keys by which clients are known. Thread-safe. */
@Service
public class SecretKeys {

    /** What a member is told whose key cannot be shown. */
    public static final String UNREADABLE =
            "This key cannot be read any more: the gateway's encryption key was changed. Replace it.";

    private final Teams teams;
    private final TunnelCommands commands;
    private final AuditTrail audit;
    private final JdbcClient database;
    private final AdminSettings settings;

    SecretKeys(Teams teams, TunnelCommands commands, AuditTrail audit, JdbcClient database, AdminSettings settings) {
        this.teams = teams;
        this.commands = commands;
        this.audit = audit;
        this.database = database;
        this.settings = settings;
    }

    /** The member's own key in plain, for their eyes only; nothing when it cannot be decrypted. Written down. */
    @Transactional
    public Optional<String> reveal(Member member, String address) {
        Optional<String> key = teams.secretKey(member.membershipId());
        audit.record(Actor.of(member, address)
                .event("secret_key.revealed")
                .in(member.teamId())
                .on(member.email()));
        return key;
    }

    /** Where clients are to be told to go with the key. */
    String remote() {
        return settings.publicAddresses().server().toString();
    }

    /** How many tunnels of the membership would be cut now. */
    @Transactional(readOnly = true)
    public long liveTunnels(long membershipId) {
        return database.sql("select count(*) from connection where membership_id = :id and status = 'active'")
                .param("id", membershipId)
                .query(Long.class)
                .single();
    }

    /**
     * Replaces a key: one's own, or as an admin another member's. The old one stops working at once and what was opened with
     * it is cut. The answer is the new key, which only its owner may be shown.
     */
    @Transactional
    public Outcome<String> rotate(Member by, long membershipId, String address) {
        teams.lock(by.teamId());
        Optional<Member> caller = teams.byId(by.membershipId(), by.teamId());
        Optional<Member> owner = teams.byId(membershipId, by.teamId());
        if (caller.isEmpty() || owner.isEmpty()) {
            return Outcome.refused(Refusal.notFound("there is no such member in this team"));
        }
        if (by.membershipId() != membershipId && !caller.get().mayChange(owner.get())) {
            return Outcome.refused(Refusal.forbidden(
                    owner.get().superuser()
                            ? "only a superuser may replace the key of a superuser"
                            : "only an admin may replace another member's key"));
        }
        long live = liveTunnels(membershipId);
        String key = teams.newKey();
        database.sql("""
                        update membership
                        set secret_key_hash = :hash, secret_key_encrypted = :encrypted, key_version = key_version + 1,
                            updated_at = now()
                        where id = :id
                        """)
                .param("hash", Tokens.sha256(key))
                .param("encrypted", teams.encrypt(key))
                .param("id", membershipId)
                .update();
        commands.rightsEnded();
        audit.record(Actor.of(by, address)
                .event("secret_key.rotated")
                .in(by.teamId())
                .on(owner.get().email())
                .with("live_tunnels", live));
        return Outcome.done(key);
    }
}
