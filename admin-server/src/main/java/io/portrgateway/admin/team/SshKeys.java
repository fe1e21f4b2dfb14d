package io.portrgateway.admin.team;

import io.portrgateway.admin.account.Account;
import io.portrgateway.admin.audit.AuditTrail;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The public keys by which a user's plain SSH clients are known. Thread-safe. */
@Service
public class SshKeys {

    private static final int MAX_KEYS = 50;
    private static final int MAX_NAME_CHARS = 100;

    private final SshKeyRepository keys;
    private final AuditTrail audit;
    private final InstantSource clock;

    SshKeys(SshKeyRepository keys, AuditTrail audit, InstantSource clock) {
        this.keys = keys;
        this.audit = audit;
        this.clock = clock;
    }

    /** The user's keys, oldest first. */
    @Transactional(readOnly = true)
    public List<SshKeyView> of(long userId) {
        return keys.findByUserIdOrderByCreatedAt(userId).stream()
                .map(SshKey::view)
                .toList();
    }

    /** Adds the key; a present answer says, to the user, why not. */
    @Transactional
    Optional<String> add(Account account, String name, SshKeyLine line, String address) {
        if (keys.countByUserId(account.id()) >= MAX_KEYS) {
            return Optional.of("You have " + MAX_KEYS + " keys already. Remove one first.");
        }
        if (keys.findByFingerprint(line.fingerprint()).isPresent()) {
            // the same words whoever has it: whose it is is nobody else's business
            return Optional.of("This key is registered already.");
        }
        String label = name.isBlank() ? line.comment() : name.strip();
        String shown = label.isBlank() ? line.type() : label;
        keys.saveAndFlush(new SshKey(
                account.id(),
                shown.length() > MAX_NAME_CHARS ? shown.substring(0, MAX_NAME_CHARS) : shown,
                line,
                clock.instant().truncatedTo(ChronoUnit.MICROS)));
        record(account, "ssh_key.added", line.fingerprint(), address);
        return Optional.empty();
    }

    /** Removes the user's own key; another user's is not found. */
    @Transactional
    boolean remove(Account account, long id, String address) {
        Optional<SshKey> key = keys.findByIdAndUserId(id, account.id());
        key.ifPresent(found -> {
            keys.delete(found);
            record(account, "ssh_key.removed", found.view().fingerprint(), address);
        });
        return key.isPresent();
    }

    private void record(Account account, String action, String fingerprint, String address) {
        audit.record(new AuditTrail.Event(account.id(), account.email(), action, null, fingerprint, address));
    }
}
