package io.portrgateway.admin.subdomain;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The statements on {@code reserved_subdomain}. */
@Component
final class ReservationRows {

    /** More names than anybody reads; a team with more still sees its own members' newest through the API. */
    private static final int TEAM_LIMIT = 1_000;

    private static final String SELECT = """
            select r.subdomain, r.membership_id, u.email as owner, r.created_at,
                   case when exists (select from lease l
                                     where l.name = 'http:' || r.subdomain and l.node is not null
                                       and l.expires_at > now()) then 'active'
                        when exists (select from connection c
                                     where c.subdomain = r.subdomain and c.status = 'reserved'
                                       and c.updated_at > now() - interval '5 minutes') then 'starting'
                        else 'idle' end as claim_status
            from reserved_subdomain r
            join membership m on m.id = r.membership_id
            join app_user u on u.id = m.user_id
            """;

    private final JdbcClient database;

    ReservationRows(JdbcClient database) {
        this.database = database;
    }

    List<Reservation> ofMembership(long membershipId) {
        return database.sql(SELECT + "where r.membership_id = :membership order by r.subdomain")
                .param("membership", membershipId)
                .query(ReservationRows::row)
                .list();
    }

    List<Reservation> ofTeam(long teamId) {
        return database.sql(SELECT + "where m.team_id = :team order by r.subdomain limit " + TEAM_LIMIT)
                .param("team", teamId)
                .query(ReservationRows::row)
                .list();
    }

    Optional<Reservation> one(String subdomain) {
        return database.sql(SELECT + "where r.subdomain = :subdomain")
                .param("subdomain", subdomain)
                .query(ReservationRows::row)
                .optional();
    }

    int count(long membershipId) {
        return database.sql("select count(*) from reserved_subdomain where membership_id = :membership")
                .param("membership", membershipId)
                .query(Integer.class)
                .single();
    }

    /** Whether somebody else serves the name, waits to serve it, or has it held after a lost connection. */
    boolean isUsedByOthers(String subdomain, long membershipId) {
        return database.sql("""
                        select exists (select from lease
                                       where name = 'http:' || :subdomain and expires_at > now()
                                         and membership_id <> :membership)
                            or exists (select from connection
                                       where subdomain = :subdomain and status = 'reserved'
                                         and updated_at > now() - interval '5 minutes'
                                         and membership_id <> :membership)
                        """)
                .param("subdomain", subdomain)
                .param("membership", membershipId)
                .query(Boolean.class)
                .single();
    }

    void insert(String subdomain, long membershipId) {
        database.sql("insert into reserved_subdomain (subdomain, membership_id) values (:subdomain, :membership)")
                .param("subdomain", subdomain)
                .param("membership", membershipId)
                .update();
    }

    boolean delete(String subdomain, long membershipId) {
        return database.sql(
                                "delete from reserved_subdomain where subdomain = :subdomain and membership_id = :membership")
                        .param("subdomain", subdomain)
                        .param("membership", membershipId)
                        .update()
                == 1;
    }

    private static Reservation row(ResultSet row, int number) throws SQLException {
        return new Reservation(
                row.getString("subdomain"),
                row.getLong("membership_id"),
                row.getString("owner"),
                row.getTimestamp("created_at").toInstant(),
                row.getString("claim_status"));
    }
}
