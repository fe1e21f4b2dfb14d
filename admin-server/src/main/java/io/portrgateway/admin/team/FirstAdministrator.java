package io.portrgateway.admin.team;

import io.portrgateway.admin.account.Account;
import io.portrgateway.admin.account.Accounts;
import io.portrgateway.admin.account.SignInLinks;
import io.portrgateway.admin.audit.AuditTrail;
import io.portrgateway.admin.settings.AdminSettings;
import io.portrgateway.admin.settings.StartProblem;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * Makes the first user, and their way in. It is the operator who says who that is: never "whoever comes first" (threats W3).
 */
@Service
public class FirstAdministrator {

    /** The team that is there from the start, and meant where a client names none. */
    public static final String DEFAULT_TEAM_SLUG = "default-team";

    private static final Logger log = LoggerFactory.getLogger(FirstAdministrator.class);
    private static final String DEFAULT_TEAM_NAME = "Default Team";

    private final Accounts accounts;
    private final Teams teams;
    private final SignInLinks links;
    private final AuditTrail audit;
    private final JdbcClient database;
    private final AdminSettings settings;

    FirstAdministrator(
            Accounts accounts,
            Teams teams,
            SignInLinks links,
            AuditTrail audit,
            JdbcClient database,
            AdminSettings settings) {
        this.accounts = accounts;
        this.teams = teams;
        this.links = links;
        this.audit = audit;
        this.database = database;
        this.settings = settings;
    }

    /** The way in for a person: a fresh link, and their key for the client. Only ever shown to them. */
    public record Entry(String dashboardUrl, String signInUrl, String secretKey, String teamSlug, String email) {

        /** Hides link and key. */
        @Override
        public String toString() {
            return "Entry[" + email + "]";
        }
    }

    /** Makes the superuser of {@code PORTR_ADMIN_BOOTSTRAP_EMAIL} when there is no user at all; safe with several replicas. */
    @Transactional
    public void bootstrap() {
        database.sql("select pg_advisory_xact_lock(hashtext('portr_bootstrap'))")
                .query()
                .listOfRows();
        if (!teams.canReadKeys()) {
            throw new StartProblem("PORTR_ADMIN_ENCRYPTION_KEY: not the key that this database's secrets were encrypted"
                    + " with (expected: the earlier key, or new,earlier while replacing it)");
        }
        if (!accounts.isEmpty()) {
            return;
        }
        Optional<String> email = settings.bootstrap().email().flatMap(Accounts::normalEmail);
        if (settings.bootstrap().gitHubLogin().isPresent()) {
            log.info(
                    "first_administrator_expected github_login={}",
                    settings.bootstrap().gitHubLogin().get());
            return;
        }
        if (email.isEmpty()) {
            log.warn(
                    "no_administrator hint=\"set PORTR_ADMIN_BOOTSTRAP_EMAIL, start again, then run the command sign-in-link; or"
                            + " set PORTR_ADMIN_BOOTSTRAP_GITHUB\"");
            return;
        }
        Account account = accounts.addSuperuser(email.get());
        TeamName team = defaultTeam();
        teams.addMember(team, account, Role.ADMIN);
        audit.record(new AuditTrail.Event(null, "system", "user.bootstrapped", team.id(), account.email(), null));
        log.info("first_administrator_made email={} team={}", account.email(), team.slug());
    }

    /**
     * Whether somebody who proved to own this GitHub login is the first administrator: the operator named it, and there is no
     * superuser. Later the setting means nothing, so that a login that changed hands opens nothing. Nobody else can become one
     * until the caller's transaction ends.
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public boolean isExpected(String gitHubLogin) {
        if (settings.bootstrap()
                .gitHubLogin()
                .filter(gitHubLogin::equalsIgnoreCase)
                .isEmpty()) {
            return false;
        }
        database.sql("select pg_advisory_xact_lock(hashtext('portr_bootstrap'))")
                .query()
                .listOfRows();
        return accounts.firstSuperuser().isEmpty();
    }

    /** Makes the user, of whom {@link #isExpected} said so, superuser and admin of the first team. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void promote(Account account, String address) {
        accounts.makeSuperuser(account.id());
        TeamName team = defaultTeam();
        if (teams.addMember(team, account, Role.ADMIN).isEmpty()) {
            database.sql(
                            "update membership set role = 'admin', updated_at = now() where team_id = :team and user_id = :user")
                    .param("team", team.id())
                    .param("user", account.id())
                    .update();
        }
        audit.record(AuditTrail.Event.of("user.bootstrapped")
                .in(team.id())
                .on(account.email())
                .with("by", "GitHub login")
                .from(address));
        log.info("first_administrator_made email={} team={}", account.email(), team.slug());
    }

    private TeamName defaultTeam() {
        return teams.bySlug(DEFAULT_TEAM_SLUG).orElseGet(() -> teams.addTeam(DEFAULT_TEAM_NAME, DEFAULT_TEAM_SLUG));
    }

    /** A fresh way in for the user with this e-mail address, or for the first superuser; nothing when there is none. */
    @Transactional
    public Optional<Entry> entry(Optional<String> email) {
        Optional<Account> account = email.isPresent()
                ? email.flatMap(Accounts::normalEmail).flatMap(accounts::byEmail)
                : accounts.firstSuperuser();
        return account.map(this::entry);
    }

    private Entry entry(Account account) {
        List<Member> memberships = teams.ofUser(account.id());
        Optional<Member> first = memberships.stream().findFirst();
        return new Entry(
                settings.publicAddresses().server().toString(),
                links.make(account),
                first.flatMap(member -> teams.secretKey(member.membershipId())).orElse(""),
                first.map(Member::teamSlug).orElse(""),
                account.email());
    }
}
