package io.portrgateway.helm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The machine's own PostgreSQL, with pg_dump and initdb beside it, which the embedded one of the other modules does not have.
 * Listens on a socket in its directory only.
 */
final class PostgresServer implements AutoCloseable {

    /** Port in the socket's name; the socket is in a directory of its own. */
    static final String PORT = "5432";

    private final Path directory;
    private final Shell shell;

    private PostgresServer(Path directory, Shell shell) {
        this.directory = directory;
        this.shell = shell;
    }

    /** With the roles and the database of the chart's own script. */
    static PostgresServer start() throws IOException {
        // short, because names of sockets are
        Path directory = Files.createTempDirectory(Path.of("/tmp"), "pg");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("PATH", binaries() + ":" + System.getenv("PATH"));
        environment.put("PGHOST", directory.toString());
        environment.put("PGPORT", PORT);
        environment.put("PGSSLMODE", "disable");
        PostgresServer server = new PostgresServer(directory, new Shell(directory, environment));
        server.shell.run("initdb --pgdata=data --username=postgres --auth=trust --encoding=UTF8 --no-sync");
        server.shell.run("pg_ctl --pgdata=data --wait --silent --log=log"
                + " --options=\"-c listen_addresses= -c unix_socket_directories=$PGHOST -c fsync=off\" start");
        return server;
    }

    /** Debian keeps them off the path; elsewhere they are on it. */
    private static Path binaries() throws IOException {
        Path versions = Path.of("/usr/lib/postgresql");
        List<Path> candidates = new ArrayList<>();
        if (Files.isDirectory(versions)) {
            try (Stream<Path> found = Files.list(versions)) {
                found.map(version -> version.resolve("bin")).sorted().forEach(candidates::addFirst);
            }
        }
        for (String place : System.getenv("PATH").split(":", -1)) {
            candidates.add(Path.of(place));
        }
        return candidates.stream()
                .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
                .findFirst()
                .orElseThrow(() -> new IOException("no initdb in " + candidates
                        + " (expected: PostgreSQL's server, the Debian package postgresql)"));
    }

    /** A shell with libpq's variables for this server. */
    Shell shell(Map<String, String> more) {
        return shell.with(more);
    }

    /** What a query answers, as text. */
    String query(String user, String database, String sql) throws IOException {
        return shell.with(Map.of("PGUSER", user, "PGDATABASE", database, "SQL", sql))
                .run("psql --no-psqlrc --tuples-only --no-align --set ON_ERROR_STOP=1 --command \"$SQL\"")
                .strip();
    }

    Path directory() {
        return directory;
    }

    @Override
    public void close() throws IOException {
        shell.run("pg_ctl --pgdata=data --wait --silent --mode=immediate stop");
        List<Path> all = new ArrayList<>();
        try (Stream<Path> files = Files.walk(directory)) {
            files.forEach(all::addFirst);
        }
        for (Path file : all) {
            Files.deleteIfExists(file);
        }
    }
}
