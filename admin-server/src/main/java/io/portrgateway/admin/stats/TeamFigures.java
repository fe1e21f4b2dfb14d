package io.portrgateway.admin.stats;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/** What a team is made of, counted. Thread-safe. */
@Service
public final class TeamFigures {

    private final JdbcClient database;

    TeamFigures(JdbcClient database) {
        this.database = database;
    }

    /** Tunnels that a node serves now. */
    public long activeTunnels(long teamId) {
        return database.sql("""
                        select count(*) from connection c join lease l on l.connection_id = c.id
                        where c.team_id = :team and c.status = 'active' and l.node is not null and l.expires_at > now()
                        """).param("team", teamId).query(Long.class).single();
    }

    public long members(long teamId) {
        return database.sql("select count(*) from membership where team_id = :team")
                .param("team", teamId)
                .query(Long.class)
                .single();
    }
}
