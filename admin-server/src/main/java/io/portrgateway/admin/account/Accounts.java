package io.portrgateway.admin.account;

import io.portrgateway.admin.session.Sessions;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Users: find, make. Thread-safe. */
@Service
public class Accounts {

    // deliberately simple: one @, no white space, a dot somewhere after it or a bare host name
    private static final Pattern EMAIL = Pattern.compile("[^@\\s,;<>\"]{1,64}@[^@\\s,;<>\"]{1,190}");

    private final UserRepository users;
    private final JdbcClient database;
    private final Passwords passwords;
    private final Sessions sessions;

    Accounts(UserRepository users, JdbcClient database, Passwords passwords, Sessions sessions) {
        this.users = users;
        this.database = database;
        this.passwords = passwords;
        this.sessions = sessions;
    }

    /** The form in which an e-mail address is stored, or nothing when it is not one. */
    public static Optional<String> normalEmail(String text) {
        String email = text.strip().toLowerCase(Locale.ROOT);
        return EMAIL.matcher(email).matches() ? Optional.of(email) : Optional.empty();
    }

    /** Why a text cannot be a password, in a sentence for who chose it. */
    public static Optional<String> passwordProblem(String password) {
        return Passwords.problem(password);
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

    /** The picture that the user's GitHub account shows; nothing when none is linked. */
    public Optional<String> avatarUrl(long id) {
        return database.sql("select avatar_url from github_account where user_id = :id")
                .param("id", id)
                .query(String.class)
                .optional();
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
        return users.saveAndFlush(new User(email, password.map(passwords::hash).orElse(null), false))
                .account();
    }

    /** A new user with a password that somebody else was shown. It ends when GitHub says who the user is. */
    @Transactional
    public Account addWithGivenPassword(String email, String password) {
        Account added = add(email, Optional.of(password));
        database.sql("update app_user set password_is_given = true where id = :id")
                .param("id", added.id())
                .update();
        return added;
    }

    /** Gives the user the right to administer the whole gateway. */
    @Transactional
    public void makeSuperuser(long id) {
        database.sql("update app_user set is_superuser = true, updated_at = now() where id = :id")
                .param("id", id)
                .update();
    }

    /** Deletes the user with all that is theirs; whoever is signed in as them is no more. */
    @Transactional
    public void remove(long id) {
        sessions.endAll(id);
        database.sql("delete from app_user where id = :id").param("id", id).update();
    }

    /** Another password for the user, set by somebody else: whoever was signed in as them is no more. */
    @Transactional
    public void setPassword(long id, String password) {
        database.sql("""
                        update app_user set password_hash = :hash, password_is_given = true, password_changed_at = now(),
                                            updated_at = now()
                        where id = :id
                        """)
                .param("hash", passwords.hash(password))
                .param("id", id)
                .update();
        sessions.endAll(id);
    }

    /** Takes a password that others know from a user who has proved by other means who they are; false when it is their own. */
    @Transactional
    boolean dropGivenPassword(long id) {
        int dropped = database.sql("""
                        update app_user set password_hash = null, password_is_given = false, updated_at = now()
                        where id = :id and password_is_given
                        """).param("id", id).update();
        if (dropped > 0) {
            sessions.endAll(id);
        }
        return dropped > 0;
    }

    /** Whether users may make their account themselves, so that invited ones need no password. */
    public boolean isAutoSignupOn() {
        return database.sql("select coalesce(bool_or(enabled), false) from auto_signup_settings")
                .query(Boolean.class)
                .single();
    }
}
