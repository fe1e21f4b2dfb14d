package io.portrgateway.admin.connection;

import io.portrgateway.admin.audit.AuditTrail;
import io.portrgateway.admin.command.TunnelCommands;
import io.portrgateway.admin.team.Member;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Ends tunnels at the word of a person who may. Thread-safe. */
@Service
class Disconnects {

    private final ConnectionSearch search;
    private final TunnelCommands commands;
    private final AuditTrail audit;
    private final JdbcClient database;

    Disconnects(ConnectionSearch search, TunnelCommands commands, AuditTrail audit, JdbcClient database) {
        this.search = search;
        this.commands = commands;
        this.audit = audit;
        this.database = database;
    }

    /** What came of it. */
    enum Result {
        /** The nodes are told. */
        DONE,
        /** There is no such connection in the member's team. */
        UNKNOWN,
        /** It belongs to somebody else, and the member does not run the team. */
        FORBIDDEN,
        /** Nothing serves it. */
        NOT_LIVE
    }

    /** Whose tunnels there are to end. */
    record Owner(long membershipId, String email, int liveCount) {}

    /** Whether the member may end the tunnels of that membership in their own team. */
    static boolean mayEnd(Member member, long membershipId) {
        return member.membershipId() == membershipId || member.mayAdministerTeam();
    }

    /** Ends one tunnel. */
    @Transactional
    Result one(Member by, String connectionId, String address) {
        Optional<ConnectionRow> found = search.byId(by.teamId(), connectionId);
        if (found.isEmpty()) {
            return Result.UNKNOWN;
        }
        ConnectionRow row = found.get();
        if (!mayEnd(by, row.membershipId())) {
            return Result.FORBIDDEN;
        }
        if (!row.isLive()) {
            return Result.NOT_LIVE;
        }
        commands.disconnectConnection(row.id(), by.userId());
        audit.record(AuditTrail.Event.of("connection.disconnected")
                .by(by.userId(), by.email())
                .in(by.teamId())
                .on(ConnectionText.name(row))
                .with("owner", row.email())
                .with("connection", row.id())
                .from(address));
        return Result.DONE;
    }

    /** Ends all tunnels of a member of the team, and their SSH sessions. */
    @Transactional
    Result all(Member by, long membershipId, String address) {
        Optional<Owner> owner = owner(by.teamId(), membershipId);
        if (owner.isEmpty()) {
            return Result.UNKNOWN;
        }
        if (!mayEnd(by, membershipId)) {
            return Result.FORBIDDEN;
        }
        commands.disconnectMembership(membershipId, by.userId());
        audit.record(AuditTrail.Event.of("member.disconnected")
                .by(by.userId(), by.email())
                .in(by.teamId())
                .on(owner.get().email())
                .with("tunnels", Integer.toString(owner.get().liveCount()))
                .from(address));
        return Result.DONE;
    }

    /** A member of the team, with how many of their tunnels are live. */
    Optional<Owner> owner(long teamId, long membershipId) {
        return database.sql("""
                        select m.id as membership_id, u.email,
                               (select count(*) from connection c where c.membership_id = m.id and c.status = 'active')
                                   as live_count
                        from membership m
                        join app_user u on u.id = m.user_id
                        where m.id = :membership and m.team_id = :team
                        """)
                .param("membership", membershipId)
                .param("team", teamId)
                .query(Owner.class)
                .optional();
    }
}
