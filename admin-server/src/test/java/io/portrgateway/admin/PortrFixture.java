package io.portrgateway.admin;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;

/**
 * A database as Portr 1.0.18 leaves it, in either dialect, made from the facts of its schema. The rows are given once, in SQL
 * that both understand; {@code TIME(…)} stands for a time as the original's driver stores it there.
 */
final class PortrFixture implements AutoCloseable {

    static final long LAST_MIGRATION = 20260809000100L;

    private static final String SCHEMA = """
            create table goose_db_version (id SERIAL, version_id bigint not null, is_applied boolean not null,
                tstamp timestamp not null default current_timestamp);
            insert into goose_db_version (version_id, is_applied) values
                (0, true), (20240101000000, true), (20260707000100, true), (20260710000100, true),
                (20260804000100, true), (20260805000000, true), (20260809000100, true);
            create table "user" (id SERIAL, CREATED, UPDATED, email text not null unique, first_name text,
                last_name text, password text, is_superuser boolean not null default false);
            create table "session" (id SERIAL, CREATED, UPDATED, token text not null unique, expires_at STAMP not null,
                user_id integer not null references "user" (id) on delete cascade);
            create table githubuser (id SERIAL, CREATED, UPDATED, github_id bigint not null unique,
                github_access_token text not null, github_avatar_url text not null,
                user_id integer not null unique references "user" (id) on delete cascade);
            create table team (id SERIAL, CREATED, UPDATED, name text not null unique, slug text not null unique,
                client_template text not null default '');
            create table team_users (id SERIAL, CREATED, UPDATED, secret_key text not null unique,
                role text not null default 'member', team_id integer not null references team (id) on delete cascade,
                user_id integer not null references "user" (id) on delete cascade);
            create table connection (CREATED, UPDATED, id text not null primary key, type text not null, subdomain text,
                port integer, status text not null default 'reserved', started_at STAMP, closed_at STAMP,
                created_by_id integer not null references team_users (id) on delete cascade,
                team_id integer not null references team (id) on delete cascade);
            create table subdomain_reservation (id SERIAL, subdomain text not null,
                team_user_id integer not null references team_users (id) on delete cascade, CREATED);
            create unique index idx_subdomain_reservation_name_unique on subdomain_reservation (lower(subdomain));
            create table auto_signup_settings (id SERIAL, CREATED, UPDATED,
                auto_signup_enabled boolean not null default false);
            insert into auto_signup_settings (id, auto_signup_enabled) values (1, false);
            create table auto_signup_domains (id SERIAL, CREATED, UPDATED, domain text not null unique,
                team_id integer not null references team (id) on delete cascade);
            """;

    private static final Map<String, String> POSTGRES = Map.of(
            "id SERIAL", "id serial primary key",
            "CREATED", "created_at timestamptz not null default current_timestamp",
            "UPDATED", "updated_at timestamptz not null default current_timestamp",
            "STAMP", "timestamptz");

    private static final Map<String, String> SQLITE = Map.of(
            "id SERIAL", "id integer primary key autoincrement",
            "CREATED", "created_at timestamp not null default current_timestamp",
            "UPDATED", "updated_at timestamp not null default current_timestamp",
            "STAMP", "timestamp");

    final String url;
    private final Connection connection;
    private final boolean sqlite;

    private PortrFixture(String url, Connection connection, boolean sqlite) {
        this.url = url;
        this.connection = connection;
        this.sqlite = sqlite;
    }

    static PortrFixture postgres() throws SQLException {
        EmbeddedDatabase database = EmbeddedDatabase.create();
        return new PortrFixture(database.url(EmbeddedDatabase.OWNER), database.connect(EmbeddedDatabase.OWNER), false)
                .execute(dialect(SCHEMA, POSTGRES));
    }

    /** With a write-ahead log, as the original sets it; what is written stays in the log while this is open. */
    static PortrFixture sqlite(Path file) throws SQLException {
        Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        return new PortrFixture("sqlite://" + file, connection, true)
                .execute("pragma journal_mode = wal; pragma wal_autocheckpoint = 0")
                .execute(dialect(SCHEMA, SQLITE));
    }

    private static String dialect(String sql, Map<String, String> words) {
        String result = sql;
        for (Map.Entry<String, String> word : words.entrySet()) {
            result = result.replace(word.getKey(), word.getValue());
        }
        return result;
    }

    /** Statements, each ended by a semicolon at the end of its line. */
    PortrFixture execute(String sql) throws SQLException {
        String times = sqlite
                ? sql.replaceAll("TIME\\(([^)]*)\\)", "'$1+02:00'")
                : sql.replaceAll("TIME\\(([^)]*)\\)", "timestamptz '$1+02:00'");
        try (Statement statement = connection.createStatement()) {
            for (String one : times.split(";\\s*(\\n|$)")) {
                for (String part : one.startsWith("pragma") ? one.split(";") : new String[] {one}) {
                    statement.execute(part);
                }
            }
        }
        return this;
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
