package io.portrgateway.admin.account;

import io.portrgateway.admin.audit.AuditTrail;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * Which GitHub account is whose. A user has one at most, and it is known by GitHub's number for it: login names change hands.
 * Thread-safe.
 */
@Service
public class GitHubLinks {

    private final JdbcClient database;
    private final Accounts accounts;
    private final AuditTrail audit;

    GitHubLinks(JdbcClient database, Accounts accounts, AuditTrail audit) {
        this.database = database;
        this.accounts = accounts;
        this.audit = audit;
    }

    /** What GitHub says about somebody. Immutable. */
    public record Profile(long id, String login, String avatarUrl) {}

    /** A user's GitHub account; {@code login} may be empty after an import, until they sign in. Immutable. */
    public record Link(long gitHubId, String login, String avatarUrl, Instant since) {}

    /** The user whom this GitHub account belongs to. */
    @Transactional(readOnly = true)
    public Optional<Account> owner(long gitHubId) {
        return database.sql("select user_id from github_account where github_id = :id")
                .param("id", gitHubId)
                .query(Long.class)
                .optional()
                .flatMap(accounts::byId);
    }

    /** The user's GitHub account. */
    @Transactional(readOnly = true)
    public Optional<Link> of(long userId) {
        return database.sql("select github_id, login, avatar_url, created_at from github_account where user_id = :user")
                .param("user", userId)
                .query((row, number) -> new Link(
                        row.getLong(1),
                        row.getString(2),
                        row.getString(3),
                        row.getObject(4, OffsetDateTime.class).toInstant()))
                .optional();
    }

    /** Makes it theirs; false, with nothing changed, when the user has another one. */
    @Transactional(propagation = Propagation.MANDATORY)
    public boolean link(Account account, Profile profile, String address) {
        int added = database.sql("""
                        insert into github_account (user_id, github_id, login, avatar_url)
                        values (:user, :id, :login, :avatar)
                        on conflict (user_id) do nothing
                        """)
                .param("user", account.id())
                .param("id", profile.id())
                .param("login", profile.login())
                .param("avatar", profile.avatarUrl())
                .update();
        if (added == 0) {
            return false;
        }
        boolean dropped = accounts.dropGivenPassword(account.id());
        audit.record(AuditTrail.Event.of("github.linked")
                .by(account.id(), account.email())
                .on(profile.login())
                .with("github_id", profile.id())
                .with("given_password_dropped", dropped)
                .from(address));
        return true;
    }

    /** Notes a new login name or picture of an account that is linked. */
    @Transactional
    public void follow(Account account, Profile profile, String address) {
        Optional<Link> before = of(account.id());
        if (before.isEmpty()
                || (before.get().login().equals(profile.login())
                        && before.get().avatarUrl().equals(profile.avatarUrl()))) {
            return;
        }
        database.sql("""
                        update github_account set login = :login, avatar_url = :avatar, updated_at = now()
                        where user_id = :user and github_id = :id
                        """)
                .param("login", profile.login())
                .param("avatar", profile.avatarUrl())
                .param("user", account.id())
                .param("id", profile.id())
                .update();
        String old = before.get().login();
        if (!old.isEmpty() && !old.equals(profile.login())) {
            audit.record(AuditTrail.Event.of("github.login_changed")
                    .by(account.id(), account.email())
                    .on(profile.login())
                    .with("from", old)
                    .from(address));
        }
    }

    /**
     * Takes the user's GitHub account from them, so that another one may be linked; false when there is none. Signing in with
     * GitHub links again by a verified e-mail address.
     */
    @Transactional
    public boolean unlink(Account account, String address) {
        Optional<String> login = database.sql("delete from github_account where user_id = :user returning login")
                .param("user", account.id())
                .query(String.class)
                .optional();
        login.ifPresent(name -> audit.record(AuditTrail.Event.of("github.unlinked")
                .by(account.id(), account.email())
                .on(name)
                .from(address)));
        return login.isPresent();
    }
}
