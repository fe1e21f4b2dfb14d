package io.portrgateway.admin.member;

import java.util.List;
import java.util.Locale;
import org.springframework.jdbc.core.DataClassRowMapper;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Reads who belongs to a team: one statement per page, however many members there are. Thread-safe. */
@Component
class Roster {

    private static final String ROWS = """
            with page as (
                select m.id, m.user_id, u.email, u.first_name, u.last_name, u.is_superuser, g.avatar_url, m.role, m.created_at
                from membership m
                join app_user u on u.id = m.user_id
                left join github_account g on g.user_id = u.id
                where m.team_id = :team
                  and (:search = '' or position(:search in u.email) > 0
                       or position(:search in lower(concat_ws(' ', u.first_name, u.last_name))) > 0)
                order by %1$s limit :limit offset :offset
            )
            select page.id, page.user_id, page.email, page.first_name, page.last_name, page.is_superuser as superuser,
                   page.avatar_url, page.role, page.created_at,
                   (select count(*) from connection c
                    where c.membership_id = page.id and c.status = 'active') as live_tunnel_count,
                   (select count(*) from reserved_subdomain r where r.membership_id = page.id) as reserved_count,
                   greatest(
                       (select coalesce(c.closed_at, c.started_at) from connection c
                        where c.membership_id = page.id and c.started_at is not null
                        order by c.created_at desc limit 1),
                       (select to_timestamp(max(s.last_access_time) / 1000) from web_session s
                        where s.principal_name = page.user_id::text)) as last_active_at
            from page
            order by %1$s
            """;

    private static final String BY_NAME = ROWS.formatted("email, id");
    private static final String NEWEST_FIRST = ROWS.formatted("created_at desc, id desc");

    private final JdbcClient database;

    Roster(JdbcClient database) {
        this.database = database;
    }

    /** One page of members, by e-mail address. */
    List<MemberRow> byName(long teamId, String search, int limit, int offset) {
        return rows(BY_NAME, teamId, search, limit, offset);
    }

    /** One page of members, newest first, as the original's API lists them. */
    List<MemberRow> newestFirst(long teamId, int limit, int offset) {
        return rows(NEWEST_FIRST, teamId, "", limit, offset);
    }

    /** How many members there are with this text in their address or name. */
    int count(long teamId, String search) {
        return database.sql("""
                        select count(*) from membership m join app_user u on u.id = m.user_id
                        where m.team_id = :team
                          and (:search = '' or position(:search in u.email) > 0
                               or position(:search in lower(concat_ws(' ', u.first_name, u.last_name))) > 0)
                        """)
                .param("team", teamId)
                .param("search", search.toLowerCase(Locale.ROOT))
                .query(Integer.class)
                .single();
    }

    private List<MemberRow> rows(String sql, long teamId, String search, int limit, int offset) {
        return database.sql(sql)
                .param("team", teamId)
                .param("search", search.toLowerCase(Locale.ROOT))
                .param("limit", limit)
                .param("offset", offset)
                .query(new DataClassRowMapper<MemberRow>(MemberRow.class))
                .list();
    }
}
