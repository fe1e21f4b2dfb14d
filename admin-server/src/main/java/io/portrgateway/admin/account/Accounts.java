package io.portrgateway.admin.account;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Users: find, make. Thread-safe. */
@Service
public class Accounts {

    // deliberately simple: one @, no white space, a dot somewhere after it or a bare host name
    private static final Pattern EMAIL = Pattern.compile("[^@\\s,;<>\"]{1,64}@[^@\\s,;<>\"]{1,190}");

    private final UserRepository users;
    private final JdbcClient database;

    /** Argon2id: 16-byte salt, 32-byte hash, 4 lanes, 64 MiB, 3 passes; what the original used, so imports still sign in. */
    private final Argon2PasswordEncoder passwords = new Argon2PasswordEncoder(16, 32, 4, 1 << 16, 3);

    Accounts(UserRepository users, JdbcClient database) {
        this.users = users;
        this.database = database;
    }

    /** The form in which an e-mail address is stored, or nothing when it is not one. */
    public static Optional<String> normalEmail(String text) {
        String email = text.strip().toLowerCase(Locale.ROOT);
        return EMAIL.matcher(email).matches() ? Optional.of(email) : Optional.empty();
    }

    /** The user with this id. */
    @Transactional(readOnly = true)
    public Optional<Account> byId(long id) {
        return users.findById(id).map(User::account);
    }

    /** The user with this e-mail address, in its normal form. */
    @Transactional(readOnly = true)
    public Optional<Account> byEmail(String email) {
        return users.findByEmail(email).map(User::account);
    }

    /** The superuser who was there first. */
    @Transactional(readOnly = true)
    public Optional<Account> firstSuperuser() {
        return users.findFirstBySuperuserTrueOrderById().map(User::account);
    }

    /** Whether nobody is there yet. */
    @Transactional(readOnly = true)
    public boolean isEmpty() {
        return !users.existsAny();
    }

    /** A new superuser without a password. */
    @Transactional
    public Account addSuperuser(String email) {
        return users.saveAndFlush(new User(email, null, true)).account();
    }

    /** A new user who signs in by password; without one, who signs in by other means. */
    @Transactional
    public Account add(String email, Optional<String> password) {
        return users.saveAndFlush(new User(email, password.map(this::hash).orElse(null), false))
                .account();
    }

    /** Whether users may make their account themselves, so that invited ones need no password. */
    public boolean isAutoSignupOn() {
        return database.sql("select coalesce(bool_or(enabled), false) from auto_signup_settings")
                .query(Boolean.class)
                .single();
    }

    private String hash(String password) {
        String hash = passwords.encode(password);
        if (hash == null) {
            throw new IllegalStateException("Argon2 gave no hash");
        }
        return hash;
    }
}
