package io.portrgateway.admin.imports;

import io.portrgateway.admin.settings.StartProblem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A private copy of an SQLite database with its write-ahead log. Opening the file itself would write beside it, and opening
 * it as immutable would miss what is still in the log. Closing removes the copy.
 */
final class SqliteCopy implements AutoCloseable {

    private static final byte[] MAGIC = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);
    private static final List<String> PARTS = List.of("", "-wal", "-journal");
    private static final String NAME = "source.db";
    private static final int ATTEMPTS = 3;

    private final Path folder;

    private SqliteCopy(Path folder) {
        this.folder = folder;
    }

    static SqliteCopy of(Path file) {
        try {
            demandDatabase(file);
            SqliteCopy copy = new SqliteCopy(Files.createTempDirectory("portr-import"));
            try {
                copy.fill(file);
                return copy;
            } catch (IOException | RuntimeException failure) {
                copy.close();
                throw failure;
            }
        } catch (IOException failure) {
            throw new StartProblem("cannot copy " + file + ": " + failure.getMessage());
        }
    }

    Path file() {
        return folder.resolve(NAME);
    }

    private static void demandDatabase(Path file) throws IOException {
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            throw new StartProblem("there is no readable file " + file + " (expected: the SQLite file of Portr)");
        }
        try (InputStream start = Files.newInputStream(file)) {
            if (!Arrays.equals(start.readNBytes(MAGIC.length), MAGIC)) {
                throw new StartProblem(file + " is not an SQLite database");
            }
        }
    }

    private void fill(Path file) throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            List<String> before = state(file);
            for (String part : PARTS) {
                Path from = Path.of(file + part);
                Path to = Path.of(file() + part);
                Files.deleteIfExists(to);
                if (Files.exists(from)) {
                    Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
                }
            }
            if (state(file).equals(before)) {
                return;
            }
        }
        throw new StartProblem(file + " is being written to (expected: Portr is stopped while its database is read)");
    }

    private static List<String> state(Path file) throws IOException {
        List<String> state = new ArrayList<>();
        for (String part : PARTS) {
            Path path = Path.of(file + part);
            if (Files.exists(path)) {
                BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
                state.add(part + " " + attributes.size() + " " + attributes.lastModifiedTime());
            }
        }
        return state;
    }

    /** Idempotent. */
    @Override
    public void close() {
        try {
            for (String part : List.of("", "-wal", "-journal", "-shm")) {
                Files.deleteIfExists(Path.of(file() + part));
            }
            Files.deleteIfExists(folder);
        } catch (IOException failure) {
            throw new StartProblem(
                    "the copy " + folder + " cannot be removed; it holds secret keys, remove it by hand");
        }
    }
}
