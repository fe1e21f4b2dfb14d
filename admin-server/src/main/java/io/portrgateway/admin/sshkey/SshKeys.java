package io.portrgateway.admin.sshkey;

import io.portrgateway.admin.account.Account;
import io.portrgateway.admin.audit.AuditTrail;
import io.portrgateway.admin.command.TunnelCommands;
import io.portrgateway.admin.web.Outcome;
import io.portrgateway.admin.web.Refusal;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The public keys by which a user's plain SSH clients are known. Thread-safe. */
@Service
public class SshKeys {

    static final String KNOWN = "This key is registered already.";

    private static final int MAX_KEYS = 50;
    private static final int MAX_NAME_CHARS = 100;

    private final SshKeyRepository keys;
    private final TunnelCommands commands;
    private final AuditTrail audit;
    private final JdbcClient database;

    SshKeys(SshKeyRepository keys, TunnelCommands commands, AuditTrail audit, JdbcClient database) {
        this.keys = keys;
        this.commands = commands;
        this.audit = audit;
        this.database = database;
    }

    /** The user's keys, oldest first. */
    @Transactional(readOnly = true)
    public List<SshKeyView> of(long userId) {
        return keys.findByUserIdOrderByCreatedAt(userId).stream()
                .map(SshKey::view)
                .toList();
    }

    /** Adds the key in this line of a {@code .pub} file; without a name it is called as its comment says. */
    @Transactional
    public Outcome<SshKeyView> add(Account account, String name, String line, String address) {
        SshKeyLine key;
        try {
            key = SshKeyLine.parse(line);
        } catch (IllegalArgumentException wrong) {
            return Outcome.refused(Refusal.invalid("line", String.valueOf(wrong.getMessage())));
        }
        // of two keys added at once, the second is counted after the first
        database.sql("select id from app_user where id = :id for no key update")
                .param("id", account.id())
                .query(Long.class)
                .optional();
        if (keys.countByUserId(account.id()) >= MAX_KEYS) {
            return Outcome.refused(
                    Refusal.conflict("line", "You have " + MAX_KEYS + " keys already. Remove one first."));
        }
        Optional<SshKeyView> added = insert(account.id(), label(name, key), key);
        if (added.isEmpty()) {
            // the same words whoever has it: whose it is is nobody else's business
            return Outcome.refused(Refusal.conflict("line", KNOWN));
        }
        record(account, "ssh_key.added", added.get(), address);
        return Outcome.done(added.get());
    }

    /** Removes the user's own key and ends the sessions that logged in with it; another user's key is not found. */
    @Transactional
    boolean remove(Account account, long id, String address) {
        Optional<SshKey> key = keys.findByIdAndUserId(id, account.id());
        key.ifPresent(found -> {
            keys.delete(found);
            commands.rightsEnded();
            record(account, "ssh_key.removed", found.view(), address);
        });
        return key.isPresent();
    }

    private Optional<SshKeyView> insert(long userId, String name, SshKeyLine key) {
        return database.sql("""
                        insert into ssh_public_key (user_id, name, key_type, key_blob, fingerprint)
                        values (:user, :name, :type, :blob, :fingerprint)
                        on conflict on constraint ssh_public_key_fingerprint_unique do nothing
                        returning id, created_at
                        """)
                .param("user", userId)
                .param("name", name)
                .param("type", key.type())
                .param("blob", key.blob())
                .param("fingerprint", key.fingerprint())
                .query((row, number) -> new SshKeyView(
                        row.getLong(1),
                        name,
                        key.type(),
                        key.fingerprint(),
                        row.getObject(2, OffsetDateTime.class).toInstant(),
                        null))
                .optional();
    }

    private static String label(String name, SshKeyLine key) {
        String label = name.isBlank() ? key.comment() : name.strip();
        String shown = label.isBlank() ? key.type() : label;
        return shown.length() > MAX_NAME_CHARS ? shown.substring(0, MAX_NAME_CHARS) : shown;
    }

    private void record(Account account, String action, SshKeyView key, String address) {
        audit.record(AuditTrail.Event.of(action)
                .by(account.id(), account.email())
                .on(key.fingerprint())
                .with("name", key.name())
                .from(address));
    }
}
