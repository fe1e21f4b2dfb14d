package io.portrgateway.admin.team;

import io.portrgateway.admin.account.Account;
import io.portrgateway.admin.account.Accounts;
import io.portrgateway.admin.audit.AuditTrail;
import io.portrgateway.admin.secret.Tokens;
import java.util.Optional;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Adds people to teams. One transaction each: user, membership and audit event appear together or not at all. */
@Service
class Invitations {

    private static final int PASSWORD_BYTES = 8;

    private final Accounts accounts;
    private final Teams teams;
    private final AuditTrail audit;

    Invitations(Accounts accounts, Teams teams, AuditTrail audit) {
        this.accounts = accounts;
        this.teams = teams;
        this.audit = audit;
    }

    /** Who is invited where, by whom, from which address. */
    record Invitation(Member by, TeamName team, String email, Role role, String address) {}

    /** What came of it; {@code password} only for a new user who needs one, and only this once. */
    record Invited(NewMember member, Account account, Optional<String> password) {}

    /** Nothing when the user already belongs to the team. An existing user keeps their password. */
    @Transactional
    public Optional<Invited> invite(Invitation invitation) {
        Optional<Account> known = accounts.byEmail(invitation.email());
        Optional<String> password = known.isPresent() || accounts.isAutoSignupOn()
                ? Optional.empty()
                : Optional.of(Tokens.randomHex(PASSWORD_BYTES));
        Account account = known.orElseGet(() -> accounts.add(invitation.email(), password));
        Optional<NewMember> member = teams.addMember(invitation.team(), account, invitation.role());
        if (member.isEmpty()) {
            return Optional.empty();
        }
        audit.record(new AuditTrail.Event(
                invitation.by().userId(),
                invitation.by().email(),
                "member.added",
                invitation.team().id(),
                account.email() + " as " + invitation.role().text(),
                invitation.address()));
        return Optional.of(new Invited(member.get(), account, password));
    }
}
