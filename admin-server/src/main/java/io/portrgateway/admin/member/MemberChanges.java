package io.portrgateway.admin.member;

import io.portrgateway.admin.account.Accounts;
import io.portrgateway.admin.account.PasswordSignIn;
import io.portrgateway.admin.audit.AuditTrail;
import io.portrgateway.admin.command.TunnelCommands;
import io.portrgateway.admin.team.Actor;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.team.Role;
import io.portrgateway.admin.team.SecretKeys;
import io.portrgateway.admin.team.Teams;
import io.portrgateway.admin.web.Outcome;
import io.portrgateway.admin.web.Refusal;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Changes who may do what in a team. Each change locks the team first and looks at caller and target again, so that of two
 * changes at once the second one sees what the first one did: a team never loses its last admin, and who was removed a moment
 * ago removes nobody. Thread-safe.
 */
@Service
class MemberChanges {

    private static final Refusal NO_MEMBER = Refusal.notFound("there is no such member in this team");

    private final Accounts accounts;
    private final Teams teams;
    private final SecretKeys keys;
    private final TunnelCommands commands;
    private final AuditTrail audit;
    private final JdbcClient database;
    private final PasswordSignIn passwords;

    MemberChanges(
            Accounts accounts,
            Teams teams,
            SecretKeys keys,
            TunnelCommands commands,
            AuditTrail audit,
            JdbcClient database,
            PasswordSignIn passwords) {
        this.accounts = accounts;
        this.teams = teams;
        this.keys = keys;
        this.commands = commands;
        this.audit = audit;
        this.database = database;
        this.passwords = passwords;
    }

    /** Whether anybody may sign in with a password here. */
    boolean mayResetPasswords() {
        return passwords.isAllowed();
    }

    /** What goes with a member: tunnels cut, names free again, and the account, if this is its last team. */
    record Loss(long liveTunnels, List<String> reservedNames, boolean account) {}

    /** What would be lost if the member were removed now. */
    @Transactional(readOnly = true)
    public Loss loss(Member member) {
        return lossNow(member);
    }

    @Transactional
    public Outcome<Member> changeRole(Member by, long membershipId, Role role, String address) {
        return changing(by, membershipId, target -> {
            if (target.role() == role) {
                return Outcome.done(target);
            }
            if (target.role() == Role.ADMIN && isLastAdmin(target)) {
                return Outcome.refused(Refusal.conflict(
                        "role", target.email() + " is the last admin of this team: make somebody else an admin first"));
            }
            database.sql("update membership set role = :role, updated_at = now() where id = :id")
                    .param("role", role.text())
                    .param("id", membershipId)
                    .update();
            audit.record(Actor.of(by, address)
                    .event("member.role_changed")
                    .in(target.teamId())
                    .on(target.email())
                    .with("from", target.role().text())
                    .with("to", role.text()));
            return Outcome.done(target);
        });
    }

    /** Gives or takes the right to administer the whole gateway. There is always one superuser left. */
    @Transactional
    public Outcome<Member> setSuperuser(Member by, long membershipId, boolean superuser, String address) {
        database.sql("select pg_advisory_xact_lock(hashtext('portr_superusers'))")
                .query()
                .listOfRows();
        return changing(by, membershipId, target -> {
            if (!isSuperuser(by)) {
                return Outcome.refused(Refusal.forbidden("only a superuser may make or unmake superusers"));
            }
            if (target.superuser() == superuser) {
                return Outcome.done(target);
            }
            if (!superuser && superuserCount() == 1) {
                return Outcome.refused(Refusal.conflict(
                        "superuser", target.email() + " is the last superuser: make somebody else one first"));
            }
            database.sql("update app_user set is_superuser = :superuser, updated_at = now() where id = :id")
                    .param("superuser", superuser)
                    .param("id", target.userId())
                    .update();
            audit.record(Actor.of(by, address)
                    .event(superuser ? "superuser.granted" : "superuser.revoked")
                    .on(target.email()));
            return Outcome.done(target);
        });
    }

    /**
     * Ends a membership: its key, its reserved names and its tunnels. A user without another team is deleted with it
     * (portr-protocol 6.3), unless they are a superuser, who has the gateway to look after.
     */
    @Transactional
    public Outcome<Loss> remove(Member by, long membershipId, String address) {
        return changing(by, membershipId, target -> {
            if (target.role() == Role.ADMIN && isLastAdmin(target)) {
                return Outcome.refused(Refusal.conflict(
                        "", target.email() + " is the last admin of this team: make somebody else an admin first"));
            }
            // so that nobody adds them to another team between the count and the deletion
            database.sql("select id from app_user where id = :id for update")
                    .param("id", target.userId())
                    .query(Long.class)
                    .optional();
            Loss loss = lossNow(target);
            database.sql("delete from membership where id = :id")
                    .param("id", membershipId)
                    .update();
            if (loss.account()) {
                accounts.remove(target.userId());
            }
            commands.rightsEnded();
            audit.record(Actor.of(by, address)
                    .event("member.removed")
                    .in(target.teamId())
                    .on(target.email())
                    .with("live_tunnels", loss.liveTunnels())
                    .with("reserved_names", loss.reservedNames().size())
                    .with("account_deleted", loss.account() ? "yes" : null));
            return Outcome.done(loss);
        });
    }

    /** A generated password for a member who has lost theirs; shown once to the superuser who asked. */
    @Transactional
    public Outcome<String> resetPassword(Member by, long membershipId, String address) {
        return changing(by, membershipId, target -> {
            if (!isSuperuser(by)) {
                return Outcome.refused(Refusal.forbidden("only a superuser may reset passwords"));
            }
            if (!passwords.isAllowed()) {
                return Outcome.refused(Refusal.conflict("", "passwords are switched off on this gateway"));
            }
            String password = Invitations.newPassword();
            accounts.setPassword(target.userId(), password);
            audit.record(Actor.of(by, address)
                    .event("password.reset")
                    .in(target.teamId())
                    .on(target.email()));
            return Outcome.done(password);
        });
    }

    private <T> Outcome<T> changing(Member by, long membershipId, Function<Member, Outcome<T>> change) {
        teams.lock(by.teamId());
        @Nullable Member caller = teams.byId(by.membershipId(), by.teamId()).orElse(null);
        @Nullable Member target = teams.byId(membershipId, by.teamId()).orElse(null);
        if (caller == null) {
            return Outcome.refused(Refusal.forbidden("you are no longer a member of this team"));
        }
        if (target == null) {
            return Outcome.refused(NO_MEMBER);
        }
        if (!caller.mayChange(target)) {
            return Outcome.refused(Refusal.forbidden(
                    caller.mayAdministerTeam()
                            ? "only a superuser may change a superuser"
                            : "only an admin of this team may change its members"));
        }
        return change.apply(target);
    }

    private Loss lossNow(Member member) {
        List<String> names = database.sql(
                        "select subdomain from reserved_subdomain where membership_id = :id order by subdomain")
                .param("id", member.membershipId())
                .query((row, number) -> row.getString(1))
                .list();
        boolean onlyTeam = database.sql("select count(*) from membership where user_id = :id")
                        .param("id", member.userId())
                        .query(Long.class)
                        .single()
                == 1;
        return new Loss(keys.liveTunnels(member.membershipId()), names, onlyTeam && !member.superuser());
    }

    private boolean isLastAdmin(Member member) {
        return database.sql("select count(*) from membership where team_id = :team and role = 'admin'")
                        .param("team", member.teamId())
                        .query(Long.class)
                        .single()
                == 1;
    }

    private boolean isSuperuser(Member member) {
        return database.sql("select is_superuser from app_user where id = :id")
                .param("id", member.userId())
                .query(Boolean.class)
                .single();
    }

    private long superuserCount() {
        return database.sql("select count(*) from app_user where is_superuser")
                .query(Long.class)
                .single();
    }
}
