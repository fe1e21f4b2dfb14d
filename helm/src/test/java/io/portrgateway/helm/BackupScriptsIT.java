package io.portrgateway.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The chart's database scripts on a real PostgreSQL with the product's real schema, and on a store that is a directory. */
class BackupScriptsIT {

    private static final Map<String, String> ROLES = Map.of(
            "POSTGRES_USER", "postgres",
            "POSTGRES_DB", "postgres",
            "DATABASE", "portr",
            "OWNER_ROLE", "portr_owner",
            "ADMIN_ROLE", "portr_admin",
            "TUNNEL_ROLE", "portr_tunnel",
            "OWNER_PASSWORD", "it's \"odd\"",
            "ADMIN_PASSWORD", "a",
            "TUNNEL_PASSWORD", "t");

    /** rclone's commands that the scripts use, on directories. */
    private static final String FAKE_RCLONE = """
            #!/bin/bash
            set -euo pipefail
            store() { echo "$STORE/${1#store:}"; }
            command=$1; shift
            excluded= included= age= paths=()
            while [ $# -gt 0 ]; do
              case $1 in
                --immutable) ;;
                --exclude) excluded=$2; shift ;;
                --include) included=$2; shift ;;
                --min-age) age=${2%d}; shift ;;
                *) paths+=("$1") ;;
              esac
              shift
            done
            case $command in
              copy) to=$(store "${paths[1]}"); mkdir -p "$to"
                for file in "${paths[0]}"/*; do
                  [[ ${file##*/} == $excluded ]] || cp -pn "$file" "$to/"
                done ;;
              copyto) mkdir -p "$(dirname "${paths[1]}")"; cp "$(store "${paths[0]}")" "${paths[1]}" ;;
              lsf) cd "$(store "${paths[0]}")"; for file in *; do [[ $file == $included ]] && echo "$file"; done ;;
              delete) find "$(store "${paths[0]}")" -type f -mtime +$((age - 1)) ! -name "$excluded" -delete ;;
              *) echo "unknown command $command" >&2; exit 2 ;;
            esac
            """;

    private static PostgresServer server;
    private Path backups;
    private Path store;

    @BeforeAll
    static void startServer() throws IOException {
        server = PostgresServer.start();
        server.shell(ROLES).runFile("bash", "roles.sh");
        migrate();
    }

    @AfterAll
    static void stopServer() throws IOException {
        server.close();
    }

    @BeforeEach
    void makeDirectories() throws IOException {
        backups = open(Files.createTempDirectory(server.directory(), "backups"));
        store = open(Files.createTempDirectory(server.directory(), "store"));
        Path bin = open(Files.createDirectories(server.directory().resolve("fake")));
        Path rclone = Files.writeString(bin.resolve("rclone"), FAKE_RCLONE);
        Files.setPosixFilePermissions(rclone, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void makesThreeRolesThatMayDoWhatTheyShould() throws IOException {
        assertThat(server.query(
                        "postgres",
                        "portr",
                        "select string_agg(rolname, ',' order by rolname) from pg_roles where rolcanlogin"
                                + " and not rolsuper and not rolcreatedb and not rolcreaterole"))
                .isEqualTo("portr_admin,portr_owner,portr_tunnel");
        assertThat(server.query(
                        "postgres", "portr", "select pg_get_userbyid(datdba) from pg_database where datname = 'portr'"))
                .isEqualTo("portr_owner");
        assertThat(server.query("postgres", "postgres", "select has_database_privilege('public', 'portr', 'connect')"))
                .isEqualTo("f");
    }

    @Test
    void dumpsWithAChecksumBesideIt() throws IOException {
        String output = backup("daily", 30);

        List<String> files = files(backups.resolve("daily"));
        assertThat(output).contains("backup.done file=daily/portr-");
        assertThat(files).hasSize(2);
        assertThat(files.get(1)).isEqualTo(files.get(0) + ".sha256");
        owner(Map.of()).run("cd " + backups + "/daily && sha256sum --check --quiet *.sha256");
    }

    @Test
    void leavesNoDumpBehindWhenTheDatabaseIsAway() throws IOException {
        Shell.Result result = owner(Map.of("BACKUP_DIR", backups.toString(), "KIND", "daily", "RETENTION_DAYS", "30"))
                .with(Map.of("PGPORT", "1"))
                .tryFile("bash", "backup.sh");

        assertThat(result.exitCode()).isNotZero();
        assertThat(files(backups.resolve("daily"))).isEmpty();
    }

    @Test
    void removesWhatIsTooOldAndKeepsWhatIsNot() throws IOException {
        old("daily", "portr-20250101T020000Z.dump", 31);
        old("daily", "portr-20250102T020000Z.dump", 29);

        String output = backup("daily", 30);

        assertThat(output).contains("backup.removed file=portr-20250101T020000Z.dump");
        assertThat(files(backups.resolve("daily")))
                .contains("portr-20250102T020000Z.dump")
                .doesNotContain("portr-20250101T020000Z.dump", "portr-20250101T020000Z.dump.sha256");
    }

    @Test
    void copiesElsewhereAndRemovesThereWhatIsTooOld() throws IOException {
        backup("daily", 30);
        Path there = open(Files.createDirectories(store.resolve("portr/daily")));
        Path ancient = Files.writeString(there.resolve("portr-20240101T020000Z.dump"), "old");
        Files.setLastModifiedTime(ancient, FileTime.from(Instant.now().minus(Duration.ofDays(40))));

        String output = offsite("daily", 30);

        assertThat(output).contains("offsite.done file=daily/portr-");
        assertThat(files(there)).isEqualTo(files(backups.resolve("daily")));
    }

    @Test
    void saysSoWhenTheNewestDumpDidNotArrive() throws IOException {
        backup("daily", 30);
        Path there = open(Files.createDirectories(store.resolve("portr/daily")));
        Files.writeString(there.resolve("portr-99990101T000000Z.dump"), "from somewhere else");

        Shell.Result result =
                rclone(Map.of("KIND", "daily", "RETENTION_DAYS", "30")).tryFile("sh", "offsite.sh");

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.output()).contains("offsite.failed newest=portr-9999");
    }

    @Test
    void restoresWhatWasBackedUpThroughTheStore() throws IOException {
        insertTeam("before");
        String before = content();
        backup("daily", 30);
        offsite("daily", 30);
        String dump = "daily/" + files(backups.resolve("daily")).getFirst();
        insertTeam("after");
        server.query("portr_owner", "portr", "delete from team where slug = 'before'");
        Path fetched = open(Files.createTempDirectory(server.directory(), "fetched"));

        rclone(Map.of("RESTORE_DIR", fetched.toString(), "DUMP", dump)).runFile("sh", "fetch.sh");
        String output =
                owner(Map.of("RESTORE_DIR", fetched.toString(), "DUMP", dump)).runFile("bash", "restore.sh");

        assertThat(output).contains("restore.done file=" + dump);
        assertThat(content()).isEqualTo(before);
        // the grants came back as well
        assertThat(server.query("portr_tunnel", "portr", "select count(*) from reserved_subdomain"))
                .isEqualTo("0");
        assertThat(server.query(
                        "postgres", "portr", "select has_table_privilege('portr_tunnel', 'app_user', 'insert')"))
                .isEqualTo("f");
        assertThat(server.query("postgres", "portr", "select tableowner from pg_tables where tablename = 'team'"))
                .isEqualTo("portr_owner");
    }

    @Test
    void restoresIntoANewDatabase() throws IOException {
        insertTeam("moved");
        backup("daily", 30);
        String dump = "daily/" + files(backups.resolve("daily")).getFirst();
        server.query("postgres", "postgres", "create database fresh owner portr_owner");

        owner(Map.of("PGDATABASE", "fresh", "RESTORE_DIR", backups.toString(), "DUMP", dump))
                .runFile("bash", "restore.sh");

        assertThat(server.query("portr_admin", "fresh", "select count(*) from team where slug = 'moved'"))
                .isEqualTo("1");
    }

    @Test
    void restoresAgainWhatWasRestored() throws IOException {
        insertTeam("again");
        for (int round = 0; round < 2; round++) {
            Path here = open(Files.createTempDirectory(server.directory(), "round"));
            owner(Map.of("BACKUP_DIR", here.toString(), "KIND", "daily", "RETENTION_DAYS", "30"))
                    .runFile("bash", "backup.sh");
            String dump = "daily/" + files(here.resolve("daily")).getFirst();

            owner(Map.of("RESTORE_DIR", here.toString(), "DUMP", dump)).runFile("bash", "restore.sh");
        }

        assertThat(content()).contains("again");
        assertThat(server.query("portr_admin", "portr", "select count(*) > 0 from team"))
                .isEqualTo("t");
    }

    @Test
    void changesNothingWhenTheDumpCannotBeRead() throws IOException {
        insertTeam("untouched");
        Path directory = open(Files.createDirectories(backups.resolve("daily")));
        Path dump = Files.writeString(directory.resolve("portr-20260101T020000Z.dump"), "no dump at all");
        owner(Map.of()).run("cd " + directory + " && sha256sum " + Chart.name(dump) + " > " + dump + ".sha256");

        Shell.Result result = owner(
                        Map.of("RESTORE_DIR", backups.toString(), "DUMP", "daily/portr-20260101T020000Z.dump"))
                .tryFile("bash", "restore.sh");

        assertThat(result.exitCode()).isNotZero();
        assertThat(content()).contains("untouched");
    }

    @Test
    void refusesToRestoreUnderRunningServers() throws IOException {
        backup("daily", 30);
        String dump = "daily/" + files(backups.resolve("daily")).getFirst();
        Shell.Result result;
        // a session of a server, held open while the restore asks
        result = owner(Map.of("RESTORE_DIR", backups.toString(), "DUMP", dump))
                .tried("""
                        coproc PGUSER=portr_tunnel psql --no-psqlrc --quiet --tuples-only --no-align
                        echo 'select 1;' >&"${COPROC[1]}"
                        read -r answer <&"${COPROC[0]}"
                        status=0
                        bash %s || status=$?
                        echo '\\q' >&"${COPROC[1]}"
                        wait
                        exit "$status"
                        """.formatted(Chart.DIRECTORY.resolve("files/restore.sh")));

        assertThat(result.output()).contains("restore.failed: 1 sessions of the servers are open");
        assertThat(result.exitCode()).isEqualTo(1);
    }

    @Test
    void refusesADamagedDump() throws IOException {
        insertTeam("kept");
        backup("daily", 30);
        Path dump =
                backups.resolve("daily").resolve(files(backups.resolve("daily")).getFirst());
        owner(Map.of()).run("printf X | dd of=" + dump + " bs=1 seek=200 conv=notrunc status=none");

        Shell.Result result = owner(Map.of("RESTORE_DIR", backups.toString(), "DUMP", "daily/" + Chart.name(dump)))
                .tryFile("bash", "restore.sh");

        assertThat(result.exitCode()).isNotZero();
        assertThat(result.output()).contains("did NOT match");
        assertThat(content()).contains("kept");
    }

    @Test
    void listsTheDumpsWhenTheNamedOneIsMissing() throws IOException {
        backup("hourly", 2);

        Shell.Result result = owner(Map.of("RESTORE_DIR", backups.toString(), "DUMP", "daily/none.dump"))
                .tryFile("bash", "restore.sh");

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.output()).contains("there is no daily/none.dump", "hourly/portr-");
    }

    @Test
    void verifiesTheNewestDumpInAServerOfItsOwn() throws IOException {
        insertTeam("verified");
        backup("hourly", 2);

        String output = verify(Map.of()).run("bash " + Chart.DIRECTORY.resolve("files/verify.sh"));

        assertThat(output).containsPattern("verify\\.done file=portr-.*\\.dump migrations=1 teams=[1-9]");
        assertThat(server.directory().resolve("verify")).doesNotExist();
    }

    @Test
    void verificationFailsOnADumpOfSomethingElse() throws IOException {
        backup("hourly", 2);

        Shell.Result result = verify(Map.of("LEAST_TEAMS", "100000")).tryFile("bash", "verify.sh");

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.output()).contains("verify.failed");
    }

    @Test
    void verificationFailsWithoutADump() throws IOException {
        assertThat(verify(Map.of()).tryFile("bash", "verify.sh").output()).contains("verify.failed: there is no dump");
    }

    @Test
    void theTestPodsQueryFindsTheSchema() throws IOException {
        assertThat(owner(Map.of())
                        .tried(HelmTestPodsTest.script("portr-test-db-login"))
                        .exitCode())
                .isZero();
        assertThat(owner(Map.of("PGDATABASE", "postgres", "PGUSER", "postgres"))
                        .tried(HelmTestPodsTest.script("portr-test-db-login"))
                        .exitCode())
                .isNotZero();
    }

    private String backup(String kind, int days) throws IOException {
        return owner(Map.of("BACKUP_DIR", backups.toString(), "KIND", kind, "RETENTION_DAYS", Integer.toString(days)))
                .runFile("bash", "backup.sh");
    }

    private String offsite(String kind, int days) throws IOException {
        return rclone(Map.of("KIND", kind, "RETENTION_DAYS", Integer.toString(days)))
                .runFile("sh", "offsite.sh");
    }

    private Shell rclone(Map<String, String> more) {
        return server.shell(Map.of(
                        "PATH",
                        server.directory() + "/fake:/usr/bin:/bin",
                        "STORE",
                        store.toString(),
                        "REMOTE",
                        "store:portr",
                        "BACKUP_DIR",
                        backups.toString()))
                .with(more);
    }

    private Shell verify(Map<String, String> more) {
        return owner(Map.of(
                        "BACKUP_DIR",
                        backups.toString(),
                        "VERIFY_DIR",
                        server.directory() + "/verify",
                        "ROLES",
                        "portr_admin portr_tunnel"))
                .with(more);
    }

    private static Shell owner(Map<String, String> more) {
        return server.shell(Map.of("PGUSER", "portr_owner", "PGDATABASE", "portr", "PGPASSWORD", "x"))
                .with(more);
    }

    /** The product's migrations as its owner runs them, with the one table of Flyway that the scripts read. */
    private static void migrate() throws IOException {
        Path migrations = Chart.REPOSITORY.resolve("admin-server/src/main/resources/db/migration");
        StringBuilder sql = new StringBuilder();
        try (Stream<Path> files = Files.list(migrations)) {
            for (Path file : files.sorted(java.util.Comparator.comparingInt(BackupScriptsIT::version))
                    .toList()) {
                sql.append(Files.readString(file)).append('\n');
            }
        }
        sql.insert(
                0,
                "create table flyway_schema_history (version text, success boolean);\n"
                        + "insert into flyway_schema_history values ('1', true);\n");
        Path script = Files.writeString(
                server.directory().resolve("schema.sql"),
                sql.toString()
                        .replace("${adminRole}", "portr_admin")
                        .replace("${tunnelRole}", "portr_tunnel")
                        .replace("${flyway:defaultSchema}", "public"));
        owner(Map.of()).run("psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --file " + script);
    }

    private static int version(Path file) {
        Matcher matcher = Pattern.compile("V(\\d+)__.*").matcher(Chart.name(file));
        return matcher.matches() ? Integer.parseInt(matcher.group(1)) : Integer.MAX_VALUE;
    }

    private static void insertTeam(String slug) throws IOException {
        server.query("portr_owner", "portr", "insert into team (name, slug) values ('%s', '%s')".formatted(slug, slug));
    }

    private static String content() throws IOException {
        return server.query("portr_owner", "portr", "select string_agg(slug, ',' order by slug) from team");
    }

    private void old(String kind, String name, int days) throws IOException {
        Path directory = open(Files.createDirectories(backups.resolve(kind)));
        for (String file : List.of(name, name + ".sha256")) {
            Path path = Files.writeString(directory.resolve(file), "old");
            Files.setLastModifiedTime(path, FileTime.from(Instant.now().minus(Duration.ofDays(days))));
        }
    }

    private static List<String> files(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(Chart::name).sorted().toList();
        }
    }

    private static Path open(Path directory) throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        return directory;
    }
}
