package io.portrgateway.admin.member;

import io.portrgateway.admin.account.Account;
import io.portrgateway.admin.account.Accounts;
import io.portrgateway.admin.account.PasswordSignIn;
import io.portrgateway.admin.audit.AuditTrail;
import io.portrgateway.admin.secret.Tokens;
import io.portrgateway.admin.team.Actor;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.team.NewMember;
import io.portrgateway.admin.team.Role;
import io.portrgateway.admin.team.TeamName;
import io.portrgateway.admin.team.Teams;
import io.portrgateway.admin.web.Outcome;
import io.portrgateway.admin.web.Refusal;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Adds people to teams. One transaction each: user, membership and audit event appear together or not at all. People with an
 * account are added at once. New ones get a generated password from the API, as in the original, and a one-time link from the
 * page. Thread-safe.
 */
@Service
class Invitations {

    private static final int PASSWORD_BYTES = 8;

    private final Accounts accounts;
    private final Teams teams;
    private final InviteLinks links;
    private final AuditTrail audit;
    private final PasswordSignIn passwords;
    private final TransactionOperations transactions;

    Invitations(
            Accounts accounts,
            Teams teams,
            InviteLinks links,
            AuditTrail audit,
            PasswordSignIn passwords,
            TransactionOperations transactions) {
        this.accounts = accounts;
        this.teams = teams;
        this.links = links;
        this.audit = audit;
        this.passwords = passwords;
        this.transactions = transactions;
    }

    /** Who is invited where and as what, by whom, from which address. */
    record Invitation(Member by, TeamName team, String email, Role role, boolean superuser, String address) {}

    /** Somebody added; {@code password} only for a new user who needs one, and only this once. */
    record Invited(NewMember member, Account account, Optional<String> password) {

        /** Hides the password. */
        @Override
        public String toString() {
            return "Invited[" + account.email() + "]";
        }
    }

    /** What came of an invitation from the page. */
    sealed interface Welcome {

        /** The person had an account and is a member now. */
        record Added(Account account) implements Welcome {}

        /** The person is new: whoever gets this link may join. */
        record ByLink(InviteLinks.Link link) implements Welcome {}
    }

    /** Adds the person at once; a new user gets a generated password, unless users may sign up by
     * themselves or passwords are switched off. */
    Outcome<Invited> add(Invitation invitation) {
        return inTransaction(() -> addNow(invitation));
    }

    /** Adds the person at once when they have an account, else makes a link for them. */
    Outcome<Welcome> invite(Invitation invitation) {
        return inTransaction(() -> {
            Optional<Refusal> refusal = refusal(invitation);
            if (refusal.isPresent()) {
                return Outcome.refused(refusal.get());
            }
            if (accounts.byEmail(invitation.email()).isPresent()) {
                return addNow(invitation).map(invited -> new Welcome.Added(invited.account()));
            }
            return links.make(invitation).map(Welcome.ByLink::new);
        });
    }

    private Outcome<Invited> addNow(Invitation invitation) {
        Optional<Refusal> refusal = refusal(invitation);
        if (refusal.isPresent()) {
            return Outcome.refused(refusal.get());
        }
        Optional<Account> known = accounts.byEmail(invitation.email());
        Optional<String> password = known.isPresent() || accounts.isAutoSignupOn() || !passwords.isAllowed()
                ? Optional.empty()
                : Optional.of(newPassword());
        Account account = known.orElseGet(() -> password.isPresent()
                ? accounts.addWithGivenPassword(invitation.email(), password.get())
                : accounts.add(invitation.email(), password));
        Optional<NewMember> member = teams.addMember(invitation.team(), account, invitation.role());
        if (member.isEmpty()) {
            return Outcome.refused(Refusal.conflict(
                    "email",
                    invitation.email() + " is already a member of team "
                            + invitation.team().slug()));
        }
        boolean promoted = invitation.superuser() && !account.superuser();
        if (promoted) {
            accounts.makeSuperuser(account.id());
        }
        links.settle(invitation.team().id(), invitation.email());
        audit.record(Actor.of(invitation.by(), invitation.address())
                .event("member.added")
                .in(invitation.team().id())
                .on(account.email())
                .with("role", invitation.role().text())
                .with("superuser", promoted ? "yes" : null));
        return Outcome.done(new Invited(member.get(), promoted ? asSuperuser(account) : account, password));
    }

    /** The inviter's rights are looked at again, with the team locked: they may have ended since the page was opened. */
    private Optional<Refusal> refusal(Invitation invitation) {
        teams.lock(invitation.team().id());
        @Nullable
        Member by = teams.byId(invitation.by().membershipId(), invitation.by().teamId())
                .orElse(null);
        if (by == null || !by.mayAdminister(invitation.team().id())) {
            return Optional.of(Refusal.forbidden(
                    "only an admin of team " + invitation.team().slug() + " or a superuser may add users to it"));
        }
        return invitation.superuser() && !by.superuser()
                ? Optional.of(Refusal.forbidden("only a superuser may make superusers"))
                : Optional.empty();
    }

    /** 16 hex characters, as the original's. */
    static String newPassword() {
        return Tokens.randomHex(PASSWORD_BYTES);
    }

    private static Account asSuperuser(Account account) {
        return new Account(account.id(), account.email(), account.firstName(), account.lastName(), true);
    }

    /** Once more when a second call for the same person was a moment faster. */
    private <T> Outcome<T> inTransaction(Supplier<Outcome<T>> work) {
        try {
            return once(work);
        } catch (DataIntegrityViolationException addedMeanwhile) {
            return once(work);
        }
    }

    private <T> Outcome<T> once(Supplier<Outcome<T>> work) {
        Outcome<T> outcome = transactions.execute(status -> {
            Outcome<T> result = work.get();
            if (result instanceof Outcome.Refused<T>) {
                // a user made for a membership that was there already
                status.setRollbackOnly();
            }
            return result;
        });
        if (outcome == null) {
            throw new IllegalStateException("transaction without a result");
        }
        return outcome;
    }
}
