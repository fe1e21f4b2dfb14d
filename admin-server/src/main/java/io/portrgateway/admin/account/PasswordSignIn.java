package io.portrgateway.admin.account;

import io.portrgateway.admin.settings.AdminSettings;
import io.portrgateway.admin.web.RateLimits;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/**
 * Local sign-in by e-mail address and password. Nobody learns from it who exists: unknown users, users without a password and
 * wrong passwords take the same work and get the same answer, and all are throttled alike. Thread-safe.
 */
@Service
public class PasswordSignIn {

    /** What is said for every reason there may be. */
    public static final String WRONG = "E-mail address or password is wrong.";

    private static final int MAX_NAME_CHARS = 255;

    private final JdbcClient database;
    private final Accounts accounts;
    private final Passwords passwords;
    private final SignIns signIns;
    private final RateLimits limits;
    private final boolean allowed;

    PasswordSignIn(
            JdbcClient database,
            Accounts accounts,
            Passwords passwords,
            SignIns signIns,
            RateLimits limits,
            AdminSettings settings) {
        this.database = database;
        this.accounts = accounts;
        this.passwords = passwords;
        this.signIns = signIns;
        this.limits = limits;
        this.allowed = settings.signIn().password();
    }

    /** What came of an attempt. */
    public sealed interface Outcome {

        /** They are who they say. */
        record Known(Account account) implements Outcome {}

        /** They are not, or this way of signing in is switched off. */
        record Refused() implements Outcome {}

        /** Nobody looked: too many attempts from there, or for this account. */
        record Limited(Duration retryAfter) implements Outcome {}
    }

    private record Stored(long userId, @Nullable String hash) {}

    /** Whether the setting allows it. */
    public boolean isAllowed() {
        return allowed;
    }

    /** Whether a form for it makes sense: it is allowed, and somebody has a password. */
    public boolean isOffered() {
        return allowed
                && database.sql("select exists(select from app_user where password_hash is not null)")
                        .query(Boolean.class)
                        .single();
    }

    /** Checks a password. A success is not recorded here but by who opens the session. */
    public Outcome attempt(String typedName, String password, HttpServletRequest request) {
        Optional<Duration> wait = limits.countSignIn(request);
        if (wait.isPresent()) {
            return new Outcome.Limited(wait.get());
        }
        if (!allowed) {
            return new Outcome.Refused();
        }
        String name = typedName.strip().toLowerCase(Locale.ROOT);
        String key = name.length() > MAX_NAME_CHARS ? name.substring(0, MAX_NAME_CHARS) : name;
        Optional<Duration> accountWait = limits.countFailure(key);
        if (accountWait.isPresent()) {
            return new Outcome.Limited(accountWait.get());
        }
        Optional<Account> account = check(name, password);
        if (account.isEmpty()) {
            // only what looks like an address is written down: people do type passwords into the wrong field
            signIns.refuse(
                    Accounts.normalEmail(name).orElse("unknown"),
                    SignInMethod.PASSWORD,
                    "wrong address or password",
                    request);
            return new Outcome.Refused();
        }
        limits.forgiveFailure(key);
        return new Outcome.Known(account.get());
    }

    private Optional<Account> check(String email, String password) {
        Optional<Stored> stored = database.sql("select id, password_hash from app_user where email = :email")
                .param("email", email)
                .query((row, number) -> new Stored(row.getLong("id"), row.getString("password_hash")))
                .optional();
        @Nullable String hash = stored.map(Stored::hash).orElse(null);
        if (!passwords.matches(password, hash) || hash == null) {
            return Optional.empty();
        }
        if (passwords.isOutdated(hash)) {
            database.sql("update app_user set password_hash = :new where id = :id and password_hash = :old")
                    .param("new", passwords.hash(password))
                    .param("old", hash)
                    .param("id", stored.orElseThrow().userId())
                    .update();
        }
        return accounts.byId(stored.orElseThrow().userId());
    }
}
