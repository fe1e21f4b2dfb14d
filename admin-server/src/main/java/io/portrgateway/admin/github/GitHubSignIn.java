package io.portrgateway.admin.github;

import io.portrgateway.admin.account.Account;
import io.portrgateway.admin.account.Accounts;
import io.portrgateway.admin.account.GitHubLinks;
import io.portrgateway.admin.account.GitHubLinks.Profile;
import io.portrgateway.admin.audit.AuditTrail;
import io.portrgateway.admin.github.GitHubPeople.Person;
import io.portrgateway.admin.signup.SignUpRule;
import io.portrgateway.admin.signup.SignUpRules;
import io.portrgateway.admin.team.FirstAdministrator;
import io.portrgateway.admin.team.OpenInvitations;
import io.portrgateway.admin.team.TeamName;
import io.portrgateway.admin.team.Teams;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Decides which user somebody from GitHub is (portr-protocol 6.2): the one their GitHub account is linked to; else the one with
 * their verified e-mail address, who is linked then; else a new one, where a rule or an invitation to that address says so.
 * Nothing else makes users. GitHub is asked outside of transactions and, for whoever is known already, nothing but who they
 * are. Thread-safe.
 */
@Service
class GitHubSignIn {

    private final Accounts accounts;
    private final GitHubLinks links;
    private final SignUpRules rules;
    private final Teams teams;
    private final FirstAdministrator first;
    private final OpenInvitations invitations;
    private final AuditTrail audit;
    private final TransactionOperations transactions;

    GitHubSignIn(
            Accounts accounts,
            GitHubLinks links,
            SignUpRules rules,
            Teams teams,
            FirstAdministrator first,
            OpenInvitations invitations,
            AuditTrail audit,
            TransactionOperations transactions) {
        this.accounts = accounts;
        this.links = links;
        this.rules = rules;
        this.teams = teams;
        this.first = first;
        this.invitations = invitations;
        this.audit = audit;
        this.transactions = transactions;
    }

    /** The user, or the reason why not as an exception. */
    Account decide(GitHubPeople people, String token, String address) {
        Person person = people.person(token);
        try {
            return decide(people, person, token, address);
        } catch (GitHubFailure.Refused refused) {
            throw refused.of(person.profile().login());
        }
    }

    private Account decide(GitHubPeople people, Person person, String token, String address) {
        Profile profile = person.profile();
        Optional<Account> owner = links.owner(profile.id());
        if (owner.isPresent()) {
            links.follow(owner.get(), profile, address);
            return inTransaction(() -> expected(owner.get(), profile, address));
        }
        String email = people.verifiedEmail(token, person);
        Newcomer newcomer = accounts.byEmail(email).isPresent()
                ? new Newcomer(profile, email, List.of(), GitHubFailure.SIGN_UP_DISABLED)
                : newcomer(people, token, profile, email);
        return inTransaction(() -> link(newcomer, address));
    }

    /** Somebody not linked yet, the rules that would let them make an account, and why not if there is none. */
    private record Newcomer(Profile profile, String email, List<SignUpRule> fitting, GitHubFailure otherwise) {}

    private Newcomer newcomer(GitHubPeople people, String token, Profile profile, String email) {
        SignUpRules.Current current = rules.current();
        if (!current.enabled()) {
            return new Newcomer(profile, email, List.of(), GitHubFailure.SIGN_UP_DISABLED);
        }
        String domain = email.substring(email.lastIndexOf('@') + 1);
        List<SignUpRule> fitting = new ArrayList<>();
        current.domains().stream().filter(rule -> rule.domain().equals(domain)).forEach(fitting::add);
        if (current.gitHub().isEmpty()) {
            return new Newcomer(profile, email, fitting, GitHubFailure.DOMAIN_DENIED);
        }
        Set<String> organizations = people.organizations(token);
        current.gitHub().stream()
                .filter(rule -> organizations.contains(rule.organization()))
                .filter(rule -> rule.gitHubTeam() == null
                        || people.isInTeam(token, profile, rule.organization(), rule.gitHubTeam()))
                .forEach(fitting::add);
        return new Newcomer(profile, email, fitting, GitHubFailure.SIGN_UP_DENIED);
    }

    private Account link(Newcomer newcomer, String address) {
        Profile profile = newcomer.profile();
        // somebody may have been faster, in another tab
        Optional<Account> owner = links.owner(profile.id());
        if (owner.isPresent()) {
            return owner.get();
        }
        Optional<Account> known = accounts.byEmail(newcomer.email());
        boolean administrator = first.isExpected(profile.login());
        boolean invited = known.isEmpty() && invitations.isInvited(newcomer.email());
        if (known.isEmpty() && newcomer.fitting().isEmpty() && !administrator && !invited) {
            throw newcomer.otherwise().exception();
        }
        Account account = known.orElseGet(() -> accounts.add(newcomer.email(), Optional.empty()));
        if (!links.link(account, profile, address)) {
            throw GitHubFailure.LINKED_ELSEWHERE.exception();
        }
        if (invited) {
            // before the rules: what somebody chose for this person counts more than what is so for all
            invitations.redeem(account, address);
        }
        if (known.isEmpty() && !newcomer.fitting().isEmpty()) {
            join(account, newcomer, address);
        }
        return administrator ? promoted(account, address) : account;
    }

    /** Into the team of each rule that fits; where two lead to one team, the greater role counts. Never a superuser. */
    private void join(Account account, Newcomer newcomer, String address) {
        audit.record(AuditTrail.Event.of("user.signed_up")
                .by(account.id(), account.email())
                .on(account.email())
                .with("github", newcomer.profile().login())
                .with(
                        "rules",
                        newcomer.fitting().stream().map(GitHubSignIn::label).collect(Collectors.joining(", ")))
                .from(address));
        newcomer.fitting().stream()
                .sorted((one, other) -> one.role().compareTo(other.role()))
                .forEach(rule -> {
                    TeamName team = new TeamName(rule.teamId(), rule.teamName(), rule.teamSlug());
                    if (teams.addMember(team, account, rule.role()).isPresent()) {
                        audit.record(AuditTrail.Event.of("member.added")
                                .by(account.id(), account.email())
                                .in(team.id())
                                .on(account.email())
                                .with("role", rule.role().text())
                                .with("rule", label(rule))
                                .from(address));
                    }
                });
    }

    private Account expected(Account account, Profile profile, String address) {
        return first.isExpected(profile.login()) ? promoted(account, address) : account;
    }

    private Account promoted(Account account, String address) {
        first.promote(account, address);
        return accounts.byId(account.id()).orElse(account);
    }

    private static String label(SignUpRule rule) {
        return switch (rule) {
            case SignUpRule.ByDomain byDomain -> "@" + byDomain.domain();
            case SignUpRule.ByGitHub byGitHub -> byGitHub.label();
        };
    }

    /** Once more when the same person was a moment faster on another way. */
    private Account inTransaction(Supplier<Account> work) {
        try {
            return once(work);
        } catch (DataIntegrityViolationException madeMeanwhile) {
            return once(work);
        }
    }

    private Account once(Supplier<Account> work) {
        Account account = transactions.execute(status -> work.get());
        if (account == null) {
            throw new IllegalStateException("transaction without a result");
        }
        return account;
    }
}
