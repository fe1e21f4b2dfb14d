package io.portrgateway.admin.replay;

import io.portrgateway.admin.team.Member;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.DataClassRowMapper;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The live tunnels that a member may send requests into. Thread-safe. */
@Component
class Targets {

    /** More would not be found in a menu. */
    private static final int LIMIT = 200;

    private final JdbcClient database;

    Targets(JdbcClient database) {
        this.database = database;
    }

    /** A tunnel that a node serves now. Immutable. */
    record Target(String connectionId, String subdomain, long membershipId, String owner) {}

    /** The team's live HTTP tunnels, without the private ones of others; by name. */
    List<Target> of(Member member) {
        return database.sql("""
                        select c.id as connection_id, c.subdomain, c.membership_id, u.email as owner
                        from connection c
                        join lease l on l.connection_id = c.id
                        join membership m on m.id = c.membership_id
                        join app_user u on u.id = m.user_id
                        where c.team_id = :team and c.type = 'http' and c.status = 'active'
                          and l.node is not null and l.expires_at > now()
                          and (c.membership_id = :me or not exists (
                              select from tunnel_capture p where p.membership_id = c.membership_id
                              and p.subdomain = c.subdomain and p.private))
                        order by c.subdomain, c.id
                        limit :limit
                        """)
                .param("team", member.teamId())
                .param("me", member.membershipId())
                .param("limit", LIMIT)
                .query(new DataClassRowMapper<Target>(Target.class))
                .list();
    }

    /** The tunnel asked for, by its id or its name. */
    static Optional<Target> named(List<Target> live, String idOrName) {
        return live.stream()
                .filter(target -> target.connectionId().equals(idOrName)
                        || target.subdomain().equals(idOrName))
                .findFirst();
    }

    /** Where the request went when it was recorded: the same connection, else the tunnel that has its name now. */
    static Optional<Target> original(List<Target> live, ReplayRequest.@Nullable Origin origin) {
        return origin == null
                ? Optional.empty()
                : named(live, origin.connectionId()).or(() -> named(live, origin.subdomain()));
    }
}
