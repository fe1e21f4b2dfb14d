package io.portrgateway.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * Where the database's files are: in the data directory, except when PostgreSQL has to run as {@code nobody} who cannot get
 * there (a checkout in root's closed home directory). Then they are in a place open to everybody, and the data directory
 * says where. Stateless.
 */
final class PostgresHome {

    /** File in the data directory that names the other place. */
    static final String NOTE = "postgres-elsewhere";

    private static final Path OPEN_PLACE = Path.of("/var/lib/portr-gateway");

    private PostgresHome() {}

    /** Makes or finds the directory. */
    static Path of(DataDirectory data, PostgresUser user) throws StartException {
        if (user.canReach(data.path())) {
            user.admit(data.path());
            return data.directory("postgres");
        }
        Path home = elsewhere(data.path());
        try {
            Files.createDirectories(home);
            Files.writeString(data.path().resolve(NOTE), home.toString());
            return home;
        } catch (IOException failed) {
            throw new StartException(
                    "PostgreSQL has to run as \"nobody\" here, who cannot enter " + data.path() + ", and " + home
                            + " cannot be made; choose another place with --data",
                    failed);
        }
    }

    /** Removes the other place, where there is one. */
    static void remove(Path dataDirectory) throws IOException {
        if (Files.exists(dataDirectory.resolve(NOTE))) {
            // Made from the directory's name again and not read from the note: only what is ours is ever removed.
            DataDirectory.delete(elsewhere(dataDirectory));
        }
    }

    private static Path elsewhere(Path dataDirectory) {
        byte[] name = dataDirectory.toString().getBytes(StandardCharsets.UTF_8);
        return OPEN_PLACE.resolve(UUID.nameUUIDFromBytes(name).toString());
    }
}
