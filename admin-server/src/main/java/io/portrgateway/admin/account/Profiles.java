package io.portrgateway.admin.account;

import io.portrgateway.admin.audit.AuditTrail;
import io.portrgateway.admin.session.Sessions;
import io.portrgateway.admin.web.ClientAddresses;
import io.portrgateway.admin.web.RateLimits;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionOperations;

/** What users change about themselves: name and password. Thread-safe. */
@Service
public class Profiles {

    /** Longest first or last name. */
    public static final int MAX_NAME_CHARS = 100;

    private final JdbcClient database;
    private final Accounts accounts;
    private final Passwords passwords;
    private final Sessions sessions;
    private final RateLimits limits;
    private final ClientAddresses addresses;
    private final AuditTrail audit;
    private final TransactionOperations transactions;

    Profiles(
            JdbcClient database,
            Accounts accounts,
            Passwords passwords,
            Sessions sessions,
            RateLimits limits,
            ClientAddresses addresses,
            AuditTrail audit,
            TransactionOperations transactions) {
        this.database = database;
        this.accounts = accounts;
        this.passwords = passwords;
        this.sessions = sessions;
        this.limits = limits;
        this.addresses = addresses;
        this.audit = audit;
        this.transactions = transactions;
    }

    /**
     * Whether a user has a password, and since when.
     *
     * @param changedAt null when there is none, or when it came with an import
     */
    public record PasswordState(boolean present, @Nullable Instant changedAt) {}

    /** What became of a new password. */
    public sealed interface PasswordChange {

        /** It counts from now on; so many other sessions were ended. */
        record Done(int endedSessions) implements PasswordChange {}

        /** The current one is wrong, or was not given. */
        record WrongCurrent() implements PasswordChange {}

        /** The new one is not good enough; the problem is a sentence for the user. */
        record Unfit(String problem) implements PasswordChange {}

        /** The current one was wrong too often. */
        record Limited(Duration retryAfter) implements PasswordChange {}
    }

    /** Whether the user has a password. */
    public PasswordState passwordState(long userId) {
        return database.sql(
                        "select password_hash is not null as present, password_changed_at from app_user where id = :id")
                .param("id", userId)
                .query((row, number) -> {
                    java.sql.@Nullable Timestamp changedAt = row.getTimestamp("password_changed_at");
                    return new PasswordState(
                            row.getBoolean("present"), changedAt == null ? null : changedAt.toInstant());
                })
                .single();
    }

    /** Gives the user these names; an empty one is none. */
    public Account rename(Account account, String firstName, String lastName, HttpServletRequest request) {
        transactions.executeWithoutResult(transaction -> {
            database.sql("""
                            update app_user set first_name = :first, last_name = :last, updated_at = now() where id = :id
                            """)
                    .param("first", firstName.isBlank() ? null : firstName.strip())
                    .param("last", lastName.isBlank() ? null : lastName.strip())
                    .param("id", account.id())
                    .update();
            audit.record(event("user.renamed", account, request));
        });
        return accounts.byId(account.id()).orElse(account);
    }

    /**
     * Sets the user's password. Where there is one, it must be given: a browser left open is not enough to take an account over.
     * All other sessions of the user end.
     */
    public PasswordChange changePassword(Account account, String current, String fresh, HttpServletRequest request) {
        @Nullable String stored = storedHash(account.id());
        if (stored != null) {
            Optional<Duration> wait = limits.countFailure(account.email());
            if (wait.isPresent()) {
                return new PasswordChange.Limited(wait.get());
            }
            if (!passwords.matches(current, stored)) {
                return new PasswordChange.WrongCurrent();
            }
            limits.forgiveFailure(account.email());
        }
        Optional<String> problem = Passwords.problem(fresh);
        if (problem.isPresent()) {
            return new PasswordChange.Unfit(problem.get());
        }
        String hash = passwords.hash(fresh);
        Integer ended = transactions.execute(transaction -> {
            store(account.id(), hash);
            audit.record(event("user.password_changed", account, request));
            return sessions.endOthers(account.id(), request);
        });
        return new PasswordChange.Done(ended == null ? 0 : ended);
    }

    private @Nullable String storedHash(long userId) {
        return database.sql("select password_hash from app_user where id = :id")
                .param("id", userId)
                .query(String.class)
                .optional()
                .orElse(null);
    }

    private void store(long userId, String hash) {
        database.sql("""
                        update app_user set password_hash = :hash, password_is_given = false, password_changed_at = now(),
                                            updated_at = now()
                        where id = :id
                        """).param("hash", hash).param("id", userId).update();
    }

    private AuditTrail.Event event(String action, Account account, HttpServletRequest request) {
        return AuditTrail.Event.of(action)
                .by(account.id(), account.email())
                .on(account.email())
                .from(addresses.of(request));
    }
}
