package io.portrgateway.admin;

import io.portrgateway.admin.exchange.Direction;
import io.portrgateway.admin.secret.Tokens;
import io.portrgateway.admin.web.Ulid;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Two teams: {@code alpha}, whose every row holds the marker or one of its ids, and {@code beta}, whose people try to get at
 * them.
 */
final class TenantData {

    /** In whatever belongs to alpha and in nothing else. */
    static final String MARKER = "mq7zk3xw";

    static final String ALPHA_ADMIN = "admin-" + MARKER + "@example.com";
    static final String ALPHA_MEMBER = "member-" + MARKER + "@example.com";
    static final String BETA_ADMIN = "admin@beta.example.com";
    static final String BETA_MEMBER = "member@beta.example.com";
    static final String CONNECTION = "01ALPHAMARKER0000000000001";
    static final String COLLECTION = "01A0PHAMARKER0000000000002";

    /** Change by themselves, or with any sign-in: sessions, and what a token was last used. */
    private static final Set<String> VOLATILE = Set.of(
            "web_session",
            "web_session_attributes",
            "audit_event",
            "sign_in_link",
            "flyway_schema_history",
            "capture_seal_key");

    /** What a recorded request of alpha was sent again as. */
    final String replay = Ulid.at(Instant.now());

    private final JdbcClient sql;
    private final String everything;
    private final String ofAlpha;
    private final String request;

    TenantData(Gateway gateway) {
        this.sql = gateway.sql();
        sql.sql("insert into team (name, slug, client_template) values ('Alpha " + MARKER + "', 'alpha', '# " + MARKER
                        + "'), ('Beta', 'beta', '')")
                .update();
        Members members = new Members(gateway);
        members.add(ALPHA_ADMIN, "alpha", "admin");
        members.add(ALPHA_MEMBER, "alpha", "member");
        members.add(BETA_ADMIN, "beta", "admin");
        members.add(BETA_MEMBER, "beta", "member");
        seed();
        this.request = new Recorded(gateway)
                .of(Long.parseLong(membershipId(ALPHA_MEMBER)), "live-" + MARKER, "POST", "/hook/" + MARKER, 200)
                .requestHeaders("X-Marker", MARKER, "Content-Type", "application/json")
                .request("{\"marker\":\"" + MARKER + "\"}")
                .frame(Direction.TO_VISITOR, "text", MARKER)
                .add();
        sql.sql("""
                        insert into share_link (token_hash, team_id, exchange_id, exchange_started_at, created_by, expires_at)
                        select :hash, t.id, :exchange, now(), u.id, now() + interval '1 day' from team t, app_user u
                        where t.slug = 'alpha' and u.email = :member
                        """)
                .param("hash", Tokens.sha256("share"))
                .param("exchange", request)
                .param("member", ALPHA_MEMBER)
                .update();
        this.everything = fingerprint(false);
        this.ofAlpha = fingerprint(true);
    }

    private void seed() {
        sql.sql("update app_user set first_name = 'First " + MARKER + "' where email like '%" + MARKER + "%'")
                .update();
        sql.sql("""
                        insert into reserved_subdomain (subdomain, membership_id)
                        select 'kept-' || :marker, m.id from membership m join app_user u on u.id = m.user_id
                        where u.email = :member
                        """).param("marker", MARKER).param("member", ALPHA_MEMBER).update();
        sql.sql("""
                        insert into connection (id, type, subdomain, status, membership_id, team_id, client_address,
                                                last_error, started_at)
                        select :id, 'http', 'live-' || :marker, 'active', m.id, m.team_id, '198.51.100.77',
                               'error ' || :marker, now()
                        from membership m join app_user u on u.id = m.user_id where u.email = :member
                        """)
                .param("id", CONNECTION)
                .param("marker", MARKER)
                .param("member", ALPHA_MEMBER)
                .update();
        sql.sql("""
                        insert into lease (name, connection_id, membership_id, node, epoch, expires_at)
                        select 'http:' || subdomain, id, membership_id, 'node', 1, now() + interval '1 hour'
                        from connection where id = :id
                        """).param("id", CONNECTION).update();
        sql.sql("""
                        insert into replay_batch (id, team_id, membership_id, total)
                        select :id, team_id, membership_id, 1 from connection where id = :connection
                        """).param("id", replay).param("connection", CONNECTION).update();
        sql.sql("""
                        insert into replay (id, batch_id, position, team_id, membership_id, connection_id, method,
                                            target, headers, body)
                        select :id, :id, 0, team_id, membership_id, id, 'GET', '/' || :marker, '[]', ''
                        from connection where id = :connection
                        """)
                .param("id", replay)
                .param("marker", MARKER)
                .param("connection", CONNECTION)
                .update();
        sql.sql("""
                        insert into ssh_public_key (user_id, name, key_type, key_blob, fingerprint)
                        select id, 'key ' || :marker, 'ssh-ed25519', 'blob', 'SHA256:' || :marker from app_user
                        where email = :member
                        """).param("marker", MARKER).param("member", ALPHA_MEMBER).update();
        sql.sql("""
                        insert into api_token (user_id, name, token_hash, token_hint, scopes)
                        select id, 'token ' || :marker, :hash, 'hint', '{read}' from app_user where email = :member
                        """)
                .param("marker", MARKER)
                .param("hash", Tokens.sha256("none"))
                .param("member", ALPHA_MEMBER)
                .update();
        sql.sql("""
                        insert into team_invitation (token_hash, team_id, email, role, invited_by, expires_at)
                        select :hash, t.id, 'invited-' || :marker || '@example.com', 'member', u.id, now() + interval '1 day'
                        from team t, app_user u where t.slug = 'alpha' and u.email = :admin
                        """)
                .param("marker", MARKER)
                .param("hash", Tokens.sha256("invitation"))
                .param("admin", ALPHA_ADMIN)
                .update();
        sql.sql("""
                        insert into team_capture (team_id, mode, redact_headers)
                        select id, 'off', array ['X-' || :marker] from team where slug = 'alpha'
                        """).param("marker", MARKER).update();
        sql.sql("""
                        insert into tunnel_capture (membership_id, subdomain, mode, private)
                        select m.id, 'live-' || :marker, 'off', true
                        from membership m join app_user u on u.id = m.user_id where u.email = :member
                        """).param("marker", MARKER).param("member", ALPHA_MEMBER).update();
        sql.sql("""
                        insert into collection (id, team_id, name, source, creator, request_count)
                        select :id, id, 'collection ' || :marker, 'test', 'creator ' || :marker, 1
                        from team where slug = 'alpha'
                        """).param("id", COLLECTION).param("marker", MARKER).update();
        sql.sql("""
                        insert into collection_item (collection_id, position, started_at, method, url, status,
                                                     duration_micros, entry)
                        values (:id, 1, now(), 'GET', 'https://' || :marker || '.example/', 200, 1, '')
                        """).param("id", COLLECTION).param("marker", MARKER).update();
        sql.sql("""
                        insert into webhook_secret (membership_id, subdomain, provider, name, secret)
                        select m.id, 'live-' || :marker, 'github', 'secret ' || :marker, ''
                        from membership m join app_user u on u.id = m.user_id where u.email = :member
                        """).param("marker", MARKER).param("member", ALPHA_MEMBER).update();
        sql.sql("""
                        insert into auto_signup_domain (domain, team_id)
                        select :marker || '.example.com', id from team where slug = 'alpha'
                        """).param("marker", MARKER).update();
        sql.sql("""
                        insert into audit_event (actor_label, action, team_id, subject)
                        select 'actor-' || :marker, 'test.seeded', id, 'subject-' || :marker from team where slug = 'alpha'
                        """).param("marker", MARKER).update();
    }

    /** A recorded request of alpha. */
    String request() {
        return request;
    }

    /** Alpha's ids by the names that paths use; which {@code id} is meant, a route's sample says. */
    String id(String table, String condition) {
        return sql.sql("select id::text from " + table + " where " + condition)
                .query(String.class)
                .single();
    }

    String membershipId(String email) {
        return id("membership", "user_id = (select id from app_user where email = '" + email + "')");
    }

    /** What is in all tables, but those that change by themselves. */
    Map<String, String> everything() {
        return look(everything);
    }

    /** What is in the rows that belong to alpha or to its people. */
    Map<String, String> ofAlpha() {
        return look(ofAlpha);
    }

    private Map<String, String> look(String query) {
        Map<String, String> found = new HashMap<>();
        sql.sql(query).query(row -> {
            found.put(row.getString(1), row.getString(2));
        });
        return found;
    }

    private String fingerprint(boolean ofAlpha) {
        List<String> tables = sql.sql("""
                        select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
                        where n.nspname = current_schema() and c.relkind in ('r', 'p') and not c.relispartition
                        """).query(String.class).list().stream()
                .filter(table -> !VOLATILE.contains(table))
                .sorted()
                .toList();
        return tables.stream()
                .map(table -> "select '" + table
                        + "', count(*) || ':' || coalesce(md5(string_agg(r::text, '|' order by r::text)), '')"
                        + " from " + rows(table) + " r" + (ofAlpha ? " where " + owned(table) : ""))
                .collect(Collectors.joining(" union all "));
    }

    /** A table without the columns that a mere look changes. */
    private static String rows(String table) {
        return table.equals("api_token")
                ? "(select id, user_id, name, token_hash, scopes, expires_at, revoked_at from api_token)"
                : table;
    }

    private String owned(String table) {
        String users = "(select id from app_user where email like '%" + MARKER + "%')";
        String team = "(select id from team where slug = 'alpha')";
        Map<String, String> owners = Map.of(
                "user_id", users,
                "invited_by", users,
                "created_by", users,
                "team_id", team,
                "membership_id", "(select id from membership where team_id = " + team + ")");
        if (table.equals("app_user")) {
            return "r.id in " + users;
        }
        if (table.equals("team")) {
            return "r.id in " + team;
        }
        List<String> conditions = sql
                .sql("select column_name from information_schema.columns where table_schema = current_schema()"
                        + " and table_name = :table")
                .param("table", table)
                .query(String.class)
                .list()
                .stream()
                .filter(owners::containsKey)
                .map(column -> "r." + column + " in " + owners.get(column))
                .toList();
        return conditions.isEmpty() ? "true" : String.join(" or ", conditions);
    }
}
