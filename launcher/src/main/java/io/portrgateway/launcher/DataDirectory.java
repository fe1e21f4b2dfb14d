package io.portrgateway.launcher;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Everything one local gateway keeps: database, keys, logs. Only one gateway at a time uses a directory (a file lock,
 * which the operating system frees however the launcher ends). Confined to the thread that starts the gateway.
 *
 * <p>A marker file tells a directory that was made here from any other one, so that {@link #remove} never touches what
 * it did not make.
 */
final class DataDirectory implements AutoCloseable {

    static final String MARKER = ".portr-gateway";

    /** What a gateway makes inside; nothing else is ever removed. */
    private static final List<String> OWN = List.of(
            "postgres",
            "secrets",
            "tunnel-server",
            "admin-server",
            "logs",
            "bootstrap.json",
            PostgresHome.NOTE,
            "lock",
            MARKER);

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path path;
    private final FileChannel lockFile;

    private DataDirectory(Path path, FileChannel lockFile) {
        this.path = path;
        this.lockFile = lockFile;
    }

    /** Makes or opens the directory and takes its lock. */
    static DataDirectory open(Path path) throws StartException {
        try {
            requireOurs(path);
            createPrivate(path);
            Files.writeString(path.resolve(MARKER), "Made by the gateway script; removed by: gateway up --reset\n");
            return new DataDirectory(path, lock(path));
        } catch (IOException failed) {
            throw new StartException("data directory " + path + " cannot be used: " + failed, failed);
        }
    }

    /** Removes what a gateway made in {@code path}; false when there was nothing. Other people's files stay. */
    static boolean remove(Path path) throws StartException {
        if (!Files.isDirectory(path)) {
            return false;
        }
        try (DataDirectory taken = open(path)) {
            PostgresHome.remove(taken.path);
            for (String name : OWN) {
                delete(taken.path.resolve(name));
            }
            try (Stream<Path> left = Files.list(path)) {
                if (left.findAny().isEmpty()) {
                    Files.delete(path);
                }
            }
            return true;
        } catch (IOException failed) {
            throw new StartException("data directory " + path + " cannot be removed: " + failed, failed);
        }
    }

    Path path() {
        return path;
    }

    /** A directory of ours inside, made if absent, readable by its owner only. */
    Path directory(String name) throws StartException {
        try {
            return createPrivate(path.resolve(name));
        } catch (IOException failed) {
            throw new StartException("directory " + path.resolve(name) + " cannot be made: " + failed, failed);
        }
    }

    /** The secret of that name: random, made once and kept, readable by its owner only. */
    String secret(String name) throws StartException {
        return secret(name, Base64.getUrlEncoder().withoutPadding().encodeToString(randomBytes()));
    }

    /** The secret of that name, {@code first} when there is none yet. */
    String secret(String name, String first) throws StartException {
        Path file = directory("secrets").resolve(name);
        try {
            if (Files.exists(file)) {
                return Files.readString(file).strip();
            }
            // First under another name: a launcher that dies here must not leave half a secret.
            Path half = file.resolveSibling(name + ".new");
            Files.deleteIfExists(half);
            Files.createFile(half, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(half, first);
            Files.move(half, file);
            return first;
        } catch (IOException failed) {
            throw new StartException("secret " + file + " cannot be kept: " + failed, failed);
        }
    }

    /** Frees the directory for the next gateway. Idempotent. */
    @Override
    public void close() {
        try {
            lockFile.close();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** 32 bytes nobody can guess. */
    static byte[] randomBytes() {
        byte[] bytes = new byte[32];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    private static void requireOurs(Path path) throws IOException, StartException {
        if (!Files.exists(path) || Files.exists(path.resolve(MARKER))) {
            return;
        }
        if (!Files.isDirectory(path)) {
            throw new StartException("data directory " + path + " is a file (expected: a directory)");
        }
        try (Stream<Path> content = Files.list(path)) {
            if (content.findAny().isPresent()) {
                throw new StartException("data directory " + path
                        + " holds other files (expected: an empty directory, or one that this program made)");
            }
        }
    }

    private static FileChannel lock(Path path) throws IOException, StartException {
        FileChannel channel = FileChannel.open(
                path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        @Nullable FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException sameProcess) {
            lock = null;
        }
        if (lock == null) {
            String owner = Files.readString(path.resolve("lock")).strip();
            channel.close();
            throw new StartException("data directory " + path + " is in use by another gateway"
                    + (owner.isEmpty() ? "" : " (process " + owner + ")") + "; choose another one with --data");
        }
        channel.truncate(0);
        channel.write(
                ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
        return channel;
    }

    private static Path createPrivate(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        return directory;
    }

    /** Removes a file or a tree; links are removed, not followed. */
    static void delete(Path path) throws IOException {
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            try (Stream<Path> children = Files.list(path)) {
                for (Path child : children.toList()) {
                    delete(child);
                }
            }
        }
        Files.deleteIfExists(path);
    }
}
