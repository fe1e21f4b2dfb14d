package io.portrgateway.admin.connection;

import java.util.List;
import org.springframework.jdbc.core.DataClassRowMapper;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Whose connections a list may be narrowed to. Thread-safe. */
@Component
final class TeamOwners {

    /** More would not be found in a menu; the search finds them all. */
    private static final int LIMIT = 500;

    private final JdbcClient database;

    TeamOwners(JdbcClient database) {
        this.database = database;
    }

    record TeamOwner(long membershipId, String email) {}

    /** The members of the team, by e-mail address. */
    List<TeamOwner> of(long teamId) {
        return database.sql("""
                        select m.id as membership_id, u.email from membership m
                        join app_user u on u.id = m.user_id
                        where m.team_id = :team
                        order by u.email limit :limit
                        """)
                .param("team", teamId)
                .param("limit", LIMIT)
                .query(new DataClassRowMapper<TeamOwner>(TeamOwner.class))
                .list();
    }
}
