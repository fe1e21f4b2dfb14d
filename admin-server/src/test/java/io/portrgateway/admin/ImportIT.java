package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portrgateway.admin.imports.ImportReport;
import io.portrgateway.admin.imports.ImportReport.Counts;
import io.portrgateway.admin.imports.ImportReport.Reason;
import io.portrgateway.admin.imports.ImportReport.Remark;
import io.portrgateway.admin.imports.Imports;
import io.portrgateway.admin.imports.Kind;
import io.portrgateway.admin.imports.Origin;
import io.portrgateway.admin.settings.StartProblem;
import io.portrgateway.admin.team.Teams;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;
import tools.jackson.databind.JsonNode;

/** Databases of the original server, from both kinds of database, into a running admin-server. */
@Timeout(240)
class ImportIT {

    private static final String ANNA_KEY = "portr_" + "a1".repeat(21);
    private static final String BOB_KEY = "portr_" + "b2".repeat(21);
    private static final String BOB_BETA_KEY = "portr_" + "bC3x".repeat(9);
    private static final String CARL_KEY = "portr_" + "c4".repeat(21);
    private static final String LIVE_ID = "01J00000000000000000000001";

    private static final String PASSWORD = "correct horse battery";

    /** The password, hashed as the original does it now, and as it once did: salt and digest in one. */
    private static final String HASH = new Argon2PasswordEncoder(16, 32, 4, 1 << 16, 3).encode(PASSWORD);

    private static final String OLD_HASH = oldHash();

    private static final String ROWS = """
            insert into "user" (id, email, first_name, last_name, password, is_superuser, created_at) values
                (1, 'anna@example.org', 'Anna', 'Ålund', '%s', true, TIME(2025-03-04 05:06:07.123456)),
                (2, 'Bob@Example.ORG', null, '', null, false, TIME(2025-03-05 00:00:00)),
                (3, 'carl@example.org', 'Carl', null, '%s', false, TIME(2025-03-06 00:00:00)),
                (4, 'lonely@example.org', null, null, null, false, TIME(2025-03-07 00:00:00)),
                (5, 'root@example.org', null, null, null, true, TIME(2025-03-07 00:00:00));
            insert into "session" (token, expires_at, user_id) values ('session-token', TIME(2027-01-01 00:00:00), 1);
            insert into githubuser (github_id, github_access_token, github_avatar_url, user_id) values
                (5000000001, 'gho_secret_of_bob', 'https://avatars.example/bob', 2);
            insert into team (id, name, slug, client_template) values
                (1, 'Default Team', 'default-team', 'tunnels:
              - name: web
                subdomain: web
                port: 3000'),
                (2, 'Core', 'core', '');
            insert into team_users (id, secret_key, role, team_id, user_id) values
                (1, '%s', 'admin', 1, 1), (2, '%s', 'member', 1, 2), (3, '%s', 'admin', 2, 2), (4, '%s', 'member', 2, 3);
            insert into connection (id, type, subdomain, port, status, started_at, closed_at, created_by_id, team_id,
                    created_at) values
                ('01J00000000000000000000001', 'http', 'web', null, 'active', TIME(2026-08-01 10:00:00), null, 2, 1,
                    TIME(2026-08-01 09:59:59)),
                ('01J00000000000000000000002', 'tcp', null, 30123, 'closed', TIME(2026-08-01 10:00:00),
                    TIME(2026-08-01 11:00:00), 3, 2, TIME(2026-08-01 09:00:00)),
                ('01J00000000000000000000003', 'http', 'older', null, 'closed', null, null, 3, 2,
                    TIME(2026-07-01 09:00:00)),
                ('01J00000000000000000000004', 'http', 'waiting', null, 'reserved', null, null, 3, 2,
                    TIME(2026-08-01 09:00:00));
            insert into subdomain_reservation (id, subdomain, team_user_id) values (1, 'App', 1), (2, 'bob-app', 2);
            update auto_signup_settings set auto_signup_enabled = true;
            insert into auto_signup_domains (domain, team_id) values ('example.org', 2);
            """.formatted(HASH, OLD_HASH, ANNA_KEY, BOB_KEY, BOB_BETA_KEY, CARL_KEY);

    private static Gateway gateway;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        gateway = Gateway.start("PORTR_ADMIN_BOOTSTRAP_EMAIL", "");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @BeforeEach
    void empty() {
        gateway.database.execute("truncate app_user, team, audit_event, auto_signup_domain cascade");
        gateway.database.execute("update auto_signup_settings set enabled = false, updated_at = created_at");
    }

    @Test
    void bringsBothKindsOfDatabaseOverAlike() throws SQLException {
        try (PortrFixture sqlite = sqlite().execute(ROWS);
                PortrFixture postgres = PortrFixture.postgres().execute(ROWS)) {
            ImportReport fromPostgres = run(postgres, true, 10);
            ImportReport fromSqlite = run(sqlite, false, 10);
            ImportReport again = run(postgres, false, 10);

            assertThat(fromSqlite.counts()).isEqualTo(fromPostgres.counts());
            assertThat(fromSqlite.remarks()).isEmpty();
            assertThat(fromSqlite.counts())
                    .containsEntry(Kind.USERS, new Counts(5, 0, 0, 0))
                    .containsEntry(Kind.GITHUB_ACCOUNTS, new Counts(1, 0, 0, 0))
                    .containsEntry(Kind.TEAMS, new Counts(2, 0, 0, 0))
                    .containsEntry(Kind.CLIENT_TEMPLATES, new Counts(1, 0, 0, 0))
                    .containsEntry(Kind.MEMBERSHIPS, new Counts(4, 0, 0, 0))
                    .containsEntry(Kind.RESERVED_NAMES, new Counts(2, 0, 0, 0))
                    .containsEntry(Kind.SIGN_UP_SETTINGS, new Counts(1, 0, 0, 0))
                    .containsEntry(Kind.SIGN_UP_DOMAINS, new Counts(1, 0, 0, 0))
                    .containsEntry(Kind.CONNECTIONS, new Counts(3, 0, 0, 0));
            assertThat(again.total()).isEqualTo(new Counts(0, 20, 0, 0));
            assertThat(again.words()).contains("Nothing to bring over, nothing was changed.");
            assertThat(rows("select first_name, last_name, password_hash, is_superuser from app_user where email ="
                            + " 'anna@example.org' and created_at = '2025-03-04T03:06:07.123456Z'"))
                    .containsExactly("[Anna, Ålund, " + HASH + ", true]");
            assertThat(rows("select email, first_name, last_name, password_hash from app_user where email like 'bob%'"))
                    .containsExactly("[bob@example.org, null, null, null]");
            assertThat(rows("select password_hash from app_user where email = 'carl@example.org'"))
                    .containsExactly("[" + OLD_HASH + "]");
            assertThat(rows("select u.email, g.github_id, g.avatar_url, g.access_token_encrypted from github_account g"
                            + " join app_user u on u.id = g.user_id"))
                    .containsExactly("[bob@example.org, 5000000001, https://avatars.example/bob, null]");
            assertThat(rows("select r.subdomain, u.email from reserved_subdomain r join membership m on"
                            + " m.id = r.membership_id join app_user u on u.id = m.user_id order by 1"))
                    .containsExactly("[app, anna@example.org]", "[bob-app, bob@example.org]");
            assertThat(rows("select d.domain, t.slug, s.enabled from auto_signup_domain d join team t on"
                            + " t.id = d.team_id, auto_signup_settings s"))
                    .containsExactly("[example.org, core, true]");
            assertThat(rows("select id, status, port, closed_at is not null from connection order by id"))
                    .containsExactly(
                            "[" + LIVE_ID + ", closed, null, true]",
                            "[01J00000000000000000000002, closed, 30123, true]",
                            "[01J00000000000000000000003, closed, null, true]");
            assertThat(rows("select actor_label, action, subject from audit_event"))
                    .containsExactly("[system, portr_database.imported, " + folder.resolve("portr.db") + "]");
        }
    }

    @Test
    void letsOldKeysGoOnWorking() throws SQLException {
        try (PortrFixture sqlite = sqlite().execute(ROWS)) {
            run(sqlite, false, 0);
        }

        Gateway.Answer config = gateway.post("/api/v1/config/download", "{\"secret_key\": \"" + BOB_KEY + "\"}");
        assertThat(config.status()).isEqualTo(200);
        assertThat(config.text("message")).contains("secret_key: " + BOB_KEY, "port: 3000");
        assertThat(config.json().path("has_template").asBoolean()).isTrue();
        assertThat(connect(BOB_BETA_KEY, "bob-two").status()).isEqualTo(200);
        assertThat(connect(ANNA_KEY, "app").status()).isEqualTo(200);
        assertThat(connect(CARL_KEY, "bob-app").text("code")).isEqualTo("reserved_subdomain");
        assertThat(connect("portr_" + "d4".repeat(21), "other").status()).isEqualTo(401);
        assertThat(gateway.bean(Teams.class).bySecretKey(CARL_KEY).orElseThrow().teamSlug())
                .isEqualTo("core");
        assertThat(gateway.post("/api/v1/admin/users", """
                                {"email": "new@example.org", "team_slug": "default-team", "role": "member"}
                                """, "Authorization", "Bearer " + ANNA_KEY)
                        .status())
                .isEqualTo(200);
    }

    @Test
    void letsOldPasswordsSignIn() throws SQLException {
        try (PortrFixture sqlite = sqlite().execute(ROWS)) {
            run(sqlite, false, 0);
        }

        for (String email : List.of("anna@example.org", "Carl@Example.org")) {
            Gateway.Answer answer = signIn(email, PASSWORD);
            assertThat(answer.status()).as(email).isEqualTo(200);
            assertThat(answer.text("redirect_to")).endsWith("/overview");
            assertThat(signIn(email, PASSWORD + "?").status()).as(email).isEqualTo(400);
        }
        // no password there, none here
        assertThat(signIn("bob@example.org", "").status()).isEqualTo(400);
    }

    @Test
    void changesNothingInADryRun() throws SQLException {
        try (PortrFixture sqlite = sqlite().execute(ROWS)) {
            ImportReport report = run(sqlite, true, 10);

            assertThat(report.total()).isEqualTo(new Counts(20, 0, 0, 0));
            assertThat(report.words()).contains("20 rows would be brought over. Nothing was changed.");
            assertThat(rows("select (select count(*) from app_user) as users, (select count(*) from team) as teams,"
                            + " (select count(*) from audit_event) as events,"
                            + " (select enabled from auto_signup_settings) as enabled"))
                    .containsExactly("[0, 0, 0, false]");
        }
    }

    @Test
    void leavesTheSqliteFileAndItsLogAsTheyAre() throws SQLException, IOException {
        try (PortrFixture sqlite = sqlite().execute(ROWS)) {
            Map<String, String> before = contents();
            ImportReport report = run(sqlite, false, 0);

            assertThat(report.counts()).containsEntry(Kind.USERS, new Counts(5, 0, 0, 0));
            // all of it came out of the log, so a reader of the bare file would have found nothing
            assertThat(before.get("portr.db-wal").length())
                    .isGreaterThan(before.get("portr.db").length());
            assertThat(contents()).isEqualTo(before);
        }
    }

    @Test
    void listsWhatItCannotBringOver() throws SQLException {
        String odd = """
                insert into "user" (id, email, first_name, password, is_superuser) values
                    (1, 'Twin@example.org', 'Upper', null, true), (2, 'twin@example.org', 'Lower', null, false),
                    (3, 'no address', null, null, false), (4, 'md5@example.org', null, 'd41d8cd98f00b204', false),
                    (5, 'many@example.org', null, '%s', false);
                insert into githubuser (github_id, github_access_token, github_avatar_url, user_id) values
                    (1, 'gho_a', 'javascript:alert(1)', 2), (2, 'gho_b', '', 3);
                insert into team (id, name, slug, client_template) values
                    (1, 'Broken', 'broken', 'tunnels: [ password: hidden-word'), (2, 'Docs', 'docs', ''),
                    (3, 'Чай', '', ''), (4, 'Large', 'large', '%s'), (5, 'Extra', 'extra', 'server_url: elsewhere');
                insert into team_users (id, secret_key, role, team_id, user_id) values
                    (1, 'portr_key_of_upper_twin_0123456789abcdef', 'admin', 1, 1),
                    (2, 'portr_key_of_lower_twin_0123456789abcdef', 'member', 1, 2),
                    (3, 'portr_key_of_nobody_0123456789abcdef01', 'member', 1, 3),
                    (4, 'portr_key_in_docs_0123456789abcdef01', 'member', 2, 5),
                    (5, 'portr_key_of_owner_0123456789abcdef01', 'owner', 4, 5),
                    (6, 'short', 'member', 5, 5),
                    (7, '', 'member', 1, 5);
                insert into subdomain_reservation (subdomain, team_user_id) values
                    ('one', 5), ('two', 5), ('three', 5), ('four', 5), ('-bad-', 5), ('orphan', 4);
                insert into auto_signup_domains (domain, team_id) values ('@Odd.Example.', 1), ('a@b', 1), ('docs.example', 2);
                insert into connection (id, type, subdomain, status, created_by_id, team_id) values
                    ('short', 'http', 'x', 'active', 5, 4), ('01J00000000000000000000009', 'http', 'under_score',
                    'active', 5, 4);
                """.formatted(HASH.replace("m=65536,t=3,p=4", "m=99999999,t=99,p=9"), "# ".repeat(40_000));
        try (PortrFixture sqlite = sqlite().execute(odd);
                PortrFixture postgres = PortrFixture.postgres().execute(odd)) {
            ImportReport dry = run(sqlite, true, 0);
            ImportReport report = run(postgres, false, 0);

            assertThat(report.remarks()).isEqualTo(dry.remarks());
            assertThat(report.counts()).isEqualTo(dry.counts());
            assertThat(texts(report, Reason.SKIPPED))
                    .containsExactly(
                            "users: no address: not an e-mail address",
                            "GitHub accounts: no address: its user was not brought over",
                            "teams: docs: its slug is not 1-63 letters a-z, digits or hyphens, or is a word of the"
                                    + " dashboard's own addresses (give it another one with --rename-team OLD=NEW)",
                            "teams: : its slug is not 1-63 letters a-z, digits or hyphens, or is a word of the"
                                    + " dashboard's own addresses (give it another one with --rename-team OLD=NEW)",
                            "client templates: broken: it is not valid YAML, line 1",
                            "client templates: large: it is longer than 20000 characters",
                            "client templates: extra: it has keys besides tunnels and groups",
                            "memberships: no address in broken: its user was not brought over",
                            "memberships: many@example.org in docs: its team was not brought over",
                            "memberships: many@example.org in broken: it has no usable secret key",
                            "reserved names: -bad-: not 1-63 letters a-z, digits or hyphens, no hyphen at either end",
                            "reserved names: orphan: its membership was not brought over",
                            "auto sign-up domains: a@b: not the domain of an address",
                            "auto sign-up domains: docs.example: its team was not brought over",
                            "connections: 01J00000000000000000000009: its subdomain is not a name that can be served",
                            "connections: short: its id or type is of another form");
            assertThat(texts(report, Reason.CONFLICT))
                    .containsExactly(
                            "users: Twin@example.org: another account there has the same address once case is ignored;"
                                    + " that one is used, and the memberships of this one go to it",
                            "memberships: twin@example.org in broken: is a member here with another secret key; the old"
                                    + " key will not work, the client needs the one of the dashboard");
            assertThat(texts(report, Reason.NOTE))
                    .containsExactly(
                            "users: md5@example.org: the password's hash has an unknown form; imported without password",
                            "memberships: many@example.org in large: its role is unknown here; taken as member",
                            "memberships: many@example.org in extra: its secret key is short enough to be guessed; rotate"
                                    + " it in the dashboard",
                            "reserved names: many@example.org in large: has 4 names where 3 are allowed; they stay, new"
                                    + " ones are refused");
            assertThat(rows("select email, first_name, is_superuser from app_user where email like 'twin%'"))
                    .containsExactly("[twin@example.org, Lower, false]");
            assertThat(rows("select password_hash from app_user where email = 'many@example.org'"))
                    .containsExactly("[" + HASH + "]");
            assertThat(rows("select avatar_url from github_account")).containsExactly("[]");
            assertThat(rows("select domain from auto_signup_domain")).containsExactly("[odd.example]");
            assertThat(report.words() + report.json()).doesNotContain("hidden-word", "portr_key", "gho_");
        }
    }

    @Test
    void neverOverwritesWhatIsHere() throws SQLException {
        gateway.database.execute("""
                insert into app_user (email, first_name, is_superuser) values ('anna@example.org', 'Other', false),
                    ('here@example.org', null, false);
                insert into github_account (user_id, github_id, login)
                    select id, 5000000001, 'here' from app_user where email = 'here@example.org';
                insert into team (name, slug) values ('Another', 'core'), ('Default Team', 'default-team');
                insert into auto_signup_domain (domain, team_id) select 'other.example', max(id) from team
                """);
        Members members = new Members(gateway);
        members.add("anna@example.org", "default-team", "member");
        long here = members.id(members.add("here@example.org", "core", "member"));
        gateway.database.execute("update membership set secret_key_hash = sha256('%s') where id = %d; insert into"
                        .formatted(BOB_KEY, here)
                + " reserved_subdomain (subdomain, membership_id) values ('app', %d)".formatted(here));
        String before = state();

        try (PortrFixture sqlite = sqlite().execute(ROWS)) {
            ImportReport report = run(sqlite, false, 0);

            assertThat(texts(report, Reason.CONFLICT))
                    .containsExactly(
                            "users: anna@example.org: is here with another name, password, superuser; left so, and its"
                                    + " memberships are added to it",
                            "GitHub accounts: Bob@Example.ORG: GitHub account 5000000001 or its user is linked otherwise"
                                    + " here",
                            "teams: core: the slug belongs to another team here (give it another one with --rename-team"
                                    + " OLD=NEW)",
                            "client templates: default-team: the team has none here",
                            "memberships: anna@example.org in default-team: is a member here with another secret key; the"
                                    + " old key will not work, the client needs the one of the dashboard",
                            "memberships: Bob@Example.ORG in default-team: its secret key belongs to another membership"
                                    + " here",
                            "reserved names: app: is reserved by another member here",
                            "auto sign-up: auto sign-up: is off here and on there");
            assertThat(report.isComplete()).isFalse();
        }
        gateway.database.execute("delete from app_user where email not in ('anna@example.org', 'here@example.org')");
        assertThat(state()).isEqualTo(before);
    }

    @Test
    void givesATeamAnotherSlugWhenAsked() throws SQLException {
        try (PortrFixture sqlite = sqlite().execute(ROWS)) {
            Imports.Request request = new Imports.Request(
                    Origin.parse(sqlite.url), false, 0, Map.of("core", "old-core", "docs", "unused"));

            assertThat(gateway.bean(Imports.class).run(request).isComplete()).isTrue();
            assertThat(gateway.bean(Imports.class).run(request).total().imported())
                    .isZero();
            assertThat(rows("select slug from team order by slug")).containsExactly("[default-team]", "[old-core]");
        }
    }

    @Test
    void refusesOtherDatabasesInOneLine() throws SQLException, IOException {
        Path text = Files.writeString(folder.resolve("text.db"), "not a database at all");
        assertRefused("sqlite:" + folder.resolve("absent.db"), "there is no readable file");
        assertRefused("sqlite:" + text, "is not an SQLite database");
        assertRefused(gateway.database.url(EmbeddedDatabase.ADMIN), "is a database of Portr Gateway itself");
        assertRefused(gateway.database.url("nobody_we_know").replace(":test@", ":hidden-word@"), "cannot be opened");
        try (PortrFixture older = PortrFixture.postgres()) {
            older.execute("insert into goose_db_version (version_id, is_applied) values (20260809000100, false)");
            assertRefused(older.url, "schema version 20260805000000 (expected: 20260809000100");
            older.execute("insert into goose_db_version (version_id, is_applied) values (20270101000000, true)");
            assertRefused(older.url, "schema version 20270101000000");
            older.execute("drop table goose_db_version");
            assertRefused(older.url, "is not a Portr database");
            older.execute("create table aerich (id integer)");
            assertRefused(older.url, "is a database of a Portr beta");
        }
    }

    @Test
    void worksAsACommand() throws SQLException, IOException {
        Path report = folder.resolve("report.json");
        Map<String, String> environment =
                Gateway.environment(gateway.database, "PORTR_ADMIN_BOOTSTRAP_EMAIL", "x@y.example");
        try (PortrFixture sqlite = sqlite().execute(ROWS)) {
            int exitCode = AdminServer.run(
                    List.of("import", "--from", sqlite.url, "--dry-run", "--report", report.toString()), environment);

            JsonNode json = Gateway.JSON.readTree(Files.readAllBytes(report));
            assertThat(exitCode).isZero();
            assertThat(json.path("dry_run").asBoolean()).isTrue();
            assertThat(json.path("rows").path("memberships").path("imported").asInt())
                    .isEqualTo(4);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(report)))
                    .isEqualTo("rw-------");
            assertThat(rows("select email from app_user")).isEmpty();

            sqlite.execute("update team set slug = 'api' where id = 2");
            environment.put("PORTR_IMPORT_FROM", sqlite.url);
            assertThat(AdminServer.run(List.of("import"), environment)).isEqualTo(3);
            assertThat(rows("select count(*) from app_user")).containsExactly("[5]");
        }
        assertThat(AdminServer.run(List.of("import", "--report", report.toString()), environment))
                .isEqualTo(1);
    }

    @Test
    void refusesAWrongCommandLine() {
        for (List<String> wrong : List.of(
                List.of("import"),
                List.of("import", "--from", "mysql://somewhere/db"),
                List.of("import", "--from"),
                List.of("import", "--history", "many", "--from", "sqlite:x"),
                List.of("import", "--rename-team", "x", "--from", "sqlite:x"),
                List.of("import", "--everything"))) {
            assertThat(AdminServer.run(wrong, Map.of())).as(wrong.toString()).isEqualTo(2);
        }
    }

    private static String oldHash() {
        byte[] saltAndDigest = Arrays.copyOf("sixteen salt by.".getBytes(StandardCharsets.US_ASCII), 48);
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                .withIterations(3)
                .withMemoryAsKB(1 << 16)
                .withParallelism(4)
                .withSalt(Arrays.copyOf(saltAndDigest, 16))
                .build());
        generator.generateBytes(PASSWORD.toCharArray(), saltAndDigest, 16, 32);
        return Base64.getEncoder().withoutPadding().encodeToString(saltAndDigest);
    }

    private PortrFixture sqlite() throws SQLException {
        return PortrFixture.sqlite(folder.resolve("portr.db"));
    }

    private static ImportReport run(PortrFixture source, boolean dryRun, int history) {
        return gateway.bean(Imports.class)
                .run(new Imports.Request(Origin.parse(source.url), dryRun, history, Map.of()));
    }

    private static Gateway.Answer signIn(String email, String password) {
        return gateway.post("/api/v1/auth/login", "{\"email\": \"" + email + "\", \"password\": \"" + password + "\"}");
    }

    private static Gateway.Answer connect(String key, String subdomain) {
        return gateway.post(
                "/api/v1/connections/",
                "{\"connection_type\": \"http\", \"secret_key\": \"" + key + "\", \"subdomain\": \"" + subdomain
                        + "\"}");
    }

    private static void assertRefused(String url, String reason) {
        Imports.Request request = new Imports.Request(Origin.parse(url), false, 0, Map.of());
        assertThatThrownBy(() -> gateway.bean(Imports.class).run(request))
                .isInstanceOf(StartProblem.class)
                .hasMessageContaining(reason)
                .hasMessageNotContaining("hidden-word")
                .hasMessageNotContaining("\n");
    }

    private static List<String> texts(ImportReport report, Reason reason) {
        return report.remarks().stream()
                .filter(remark -> remark.reason() == reason)
                .map((Remark remark) -> remark.kind().words() + ": " + remark.subject() + ": " + remark.text())
                .toList();
    }

    private static List<String> rows(String query) {
        return gateway.sql().sql(query).query().listOfRows().stream()
                .map(row -> row.values().toString())
                .toList();
    }

    private static String state() {
        return rows("select * from app_user order by id")
                + rows("select user_id, github_id, login from github_account").toString()
                + rows("select * from team order by id")
                + rows("select id, user_id, team_id, role, encode(secret_key_hash, 'hex') from membership order by id")
                + rows("select * from reserved_subdomain order by id")
                + rows("select domain, team_id from auto_signup_domain order by id")
                + rows("select enabled from auto_signup_settings");
    }

    private Map<String, String> contents() throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                contents.put(file.getFileName().toString(), HexFormat.of().formatHex(Files.readAllBytes(file)));
            }
        }
        return contents;
    }
}
