package io.portrgateway.admin.signup;

import io.portrgateway.admin.account.Account;
import io.portrgateway.admin.audit.AuditTrail;
import io.portrgateway.admin.settings.AdminSettings;
import io.portrgateway.admin.team.Actor;
import io.portrgateway.admin.team.Role;
import io.portrgateway.admin.team.TeamName;
import io.portrgateway.admin.web.Outcome;
import io.portrgateway.admin.web.Refusal;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * The rules by which people make an account themselves, and the switch before them. Read at each sign-in, so a change counts at
 * once on every replica. Thread-safe.
 */
@Service
public class SignUpRules {

    /** Most rules of a kind: each GitHub rule may cost a call during a sign-in. */
    static final int MAX_RULES = 100;

    private final JdbcClient database;
    private final AuditTrail audit;
    private final boolean gitHub;

    SignUpRules(JdbcClient database, AuditTrail audit, AdminSettings settings) {
        this.database = database;
        this.audit = audit;
        this.gitHub = settings.github().isPresent();
    }

    /** Switch and rules together. Immutable. */
    public record Current(boolean enabled, List<SignUpRule.ByDomain> domains, List<SignUpRule.ByGitHub> gitHub) {

        public Current {
            domains = List.copyOf(domains);
            gitHub = List.copyOf(gitHub);
        }

        /** Whether a sign-in must ask GitHub about organisations. */
        public boolean asksForOrganizations() {
            return enabled && !gitHub.isEmpty();
        }

        Wish wish() {
            return new Wish(
                    enabled,
                    domains.stream()
                            .map(rule -> new Wish.Domain(rule.domain(), rule.teamId(), rule.role()))
                            .toList(),
                    gitHub.stream()
                            .map(rule -> new Wish.GitHub(
                                    rule.organization(),
                                    Optional.ofNullable(rule.gitHubTeam()),
                                    rule.teamId(),
                                    rule.role()))
                            .toList());
        }
    }

    /** What a superuser wants it to be. Immutable. */
    record Wish(boolean enabled, List<Domain> domains, List<GitHub> gitHub) {

        record Domain(String domain, long teamId, Role role) {}

        record GitHub(String organization, Optional<String> team, long teamId, Role role) {}

        Wish {
            domains = List.copyOf(domains);
            gitHub = List.copyOf(gitHub);
        }

        Wish enabled(boolean on) {
            return new Wish(on, domains, gitHub);
        }

        /** Without one rule; without any, nobody could sign up, so the switch goes with the last one. */
        Wish without(SignUpRule rule) {
            List<Domain> keptDomains = domains.stream()
                    .filter(kept -> !(rule instanceof SignUpRule.ByDomain gone
                            && gone.domain().equals(kept.domain())))
                    .toList();
            List<GitHub> keptGitHub = gitHub.stream()
                    .filter(kept -> !(rule instanceof SignUpRule.ByGitHub gone
                            && gone.organization().equals(kept.organization())
                            && Optional.ofNullable(gone.gitHubTeam()).equals(kept.team())))
                    .toList();
            return new Wish(enabled && !(keptDomains.isEmpty() && keptGitHub.isEmpty()), keptDomains, keptGitHub);
        }

        Wish with(Domain domain) {
            return new Wish(
                    enabled, Stream.concat(domains.stream(), Stream.of(domain)).toList(), gitHub);
        }

        Wish with(GitHub rule) {
            return new Wish(
                    enabled,
                    domains,
                    Stream.concat(gitHub.stream(), Stream.of(rule)).toList());
        }
    }

    /** Whether there is a GitHub to sign in with: without it nobody can sign up. */
    public boolean isGitHubConfigured() {
        return gitHub;
    }

    @Transactional(readOnly = true)
    public Current current() {
        boolean enabled = database.sql("select coalesce(bool_or(enabled), false) from auto_signup_settings")
                .query(Boolean.class)
                .single();
        List<SignUpRule.ByDomain> domains = database.sql("""
                        select r.id, r.domain, r.role, r.team_id, t.name, t.slug
                        from auto_signup_domain r join team t on t.id = r.team_id order by r.domain
                        """)
                .query((row, number) -> new SignUpRule.ByDomain(
                        row.getLong("id"),
                        row.getString("domain"),
                        row.getLong("team_id"),
                        row.getString("name"),
                        row.getString("slug"),
                        Role.parse(row.getString("role")).orElse(Role.MEMBER)))
                .list();
        List<SignUpRule.ByGitHub> organizations = database.sql("""
                        select r.id, r.organization, r.github_team, r.role, r.team_id, t.name, t.slug
                        from auto_signup_github r join team t on t.id = r.team_id
                        order by r.organization, r.github_team nulls first
                        """)
                .query((row, number) -> new SignUpRule.ByGitHub(
                        row.getLong("id"),
                        row.getString("organization"),
                        row.getString("github_team"),
                        row.getLong("team_id"),
                        row.getString("name"),
                        row.getString("slug"),
                        Role.parse(row.getString("role")).orElse(Role.MEMBER)))
                .list();
        return new Current(enabled, domains, organizations);
    }

    /** The teams that a rule may lead to, by name. */
    @Transactional(readOnly = true)
    List<TeamName> teams() {
        return database.sql("select id, name, slug from team order by lower(name), id")
                .query((row, number) -> new TeamName(row.getLong(1), row.getString(2), row.getString(3)))
                .list();
    }

    /** Makes it as wished: all of it or, with the reason, nothing. Rules that stay keep their ids. */
    @Transactional
    Outcome<Current> replace(Wish wish, Account by, String address) {
        // one at a time: what is told apart below is what is there
        database.sql("select id from auto_signup_settings where id = 1 for update")
                .query(Long.class)
                .optional();
        Current before = current();
        Optional<Refusal> wrong = SignUpCheck.problem(wish, gitHub).or(() -> missingTeam(wish));
        if (wrong.isPresent()) {
            return Outcome.refused(wrong.get());
        }
        write(wish);
        Current after = current();
        record(before, after, Actor.of(by, address));
        return Outcome.done(after);
    }

    private void write(Wish wish) {
        database.sql("update auto_signup_settings set enabled = :enabled, updated_at = now() where enabled <> :enabled")
                .param("enabled", wish.enabled())
                .update();
        database.sql("delete from auto_signup_domain where domain <> all (cast(:kept as text[]))")
                .param("kept", wish.domains().stream().map(Wish.Domain::domain).toArray(String[]::new))
                .update();
        wish.domains()
                .forEach(rule -> database.sql("""
                        insert into auto_signup_domain (domain, team_id, role) values (:domain, :team, :role)
                        on conflict (domain) do update set team_id = excluded.team_id, role = excluded.role, updated_at = now()
                        """)
                        .param("domain", rule.domain())
                        .param("team", rule.teamId())
                        .param("role", rule.role().text())
                        .update());
        database.sql("""
                        delete from auto_signup_github
                        where organization || '/' || coalesce(github_team, '') <> all (cast(:kept as text[]))
                        """)
                .param(
                        "kept",
                        wish.gitHub().stream()
                                .map(rule ->
                                        rule.organization() + "/" + rule.team().orElse(""))
                                .toArray(String[]::new))
                .update();
        wish.gitHub()
                .forEach(rule -> database.sql("""
                        insert into auto_signup_github (organization, github_team, team_id, role)
                        values (:organization, :gitHubTeam, :team, :role)
                        on conflict on constraint auto_signup_github_unique
                        do update set team_id = excluded.team_id, role = excluded.role, updated_at = now()
                        """)
                        .param("organization", rule.organization())
                        .param("gitHubTeam", rule.team().orElse(null))
                        .param("team", rule.teamId())
                        .param("role", rule.role().text())
                        .update());
    }

    private Optional<Refusal> missingTeam(Wish wish) {
        return Stream.concat(
                        wish.domains().stream().map(Wish.Domain::teamId),
                        wish.gitHub().stream().map(Wish.GitHub::teamId))
                .distinct()
                .filter(team -> database.sql("select id from team where id = :id for key share")
                        .param("id", team)
                        .query(Long.class)
                        .optional()
                        .isEmpty())
                .findFirst()
                .map(team -> Refusal.invalid("team_id", "There is no team with the id " + team + "."));
    }

    private void record(Current before, Current after, Actor by) {
        if (before.equals(after)) {
            return;
        }
        audit.record(by.event("sign_up.changed")
                .with("enabled", after.enabled() ? "yes" : "no")
                .with(
                        "domains",
                        after.domains().stream()
                                .map(rule -> rule.domain() + " → " + rule.teamSlug() + " as "
                                        + rule.role().text())
                                .collect(Collectors.joining(", ")))
                .with(
                        "github",
                        after.gitHub().stream()
                                .map(rule -> rule.label() + " → " + rule.teamSlug() + " as "
                                        + rule.role().text())
                                .collect(Collectors.joining(", "))));
    }
}
