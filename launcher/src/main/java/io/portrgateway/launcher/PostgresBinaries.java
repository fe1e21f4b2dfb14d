package io.portrgateway.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.tukaani.xz.XZInputStream;

/** PostgreSQL's programs out of the class path; unpacked once for each directory. Stateless. */
final class PostgresBinaries {

    private PostgresBinaries() {}

    /** Unpacks into {@code parent} unless that was done before; answers the directory that holds {@code bin}. */
    static Path install(Path parent) throws StartException {
        String name = archiveName();
        Path home = parent.resolve(name.substring(0, name.indexOf('.')));
        if (Files.isDirectory(home)) {
            return home;
        }
        try (@Nullable InputStream archive = PostgresBinaries.class.getResourceAsStream("/" + name)) {
            if (archive == null) {
                throw new StartException("no PostgreSQL for this machine was built in (" + name
                        + "); set PORTR_DB_URL to a database of yours");
            }
            Path half = parent.resolve(home.getFileName() + ".new");
            DataDirectory.delete(half);
            Files.createDirectories(half);
            unpack(archive, half);
            Files.move(half, home);
            return home;
        } catch (IOException failed) {
            throw new StartException(
                    "PostgreSQL cannot be unpacked into " + parent + ": " + failed.getMessage(), failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new StartException("interrupted", interrupted);
        }
    }

    // tar keeps links and modes; every system this runs on has it.
    private static void unpack(InputStream archive, Path directory) throws IOException, InterruptedException {
        Process tar = new ProcessBuilder("tar", "-xf", "-", "-C", directory.toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (OutputStream pipe = tar.getOutputStream()) {
            new XZInputStream(archive).transferTo(pipe);
        }
        if (tar.waitFor() != 0) {
            throw new IOException("tar ended with exit code " + tar.exitValue());
        }
    }

    private static String archiveName() throws StartException {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String machine = switch (System.getProperty("os.arch")) {
            case "amd64", "x86_64" -> "x86_64";
            case "aarch64", "arm64" -> "arm_64";
            case String other ->
                throw new StartException("no PostgreSQL is built in for processor " + other
                        + "; set PORTR_DB_URL to a database of yours");
        };
        if (system.contains("linux")) {
            return "postgres-linux-" + machine + ".txz";
        }
        if (system.contains("mac")) {
            return "postgres-darwin-" + machine + ".txz";
        }
        throw new StartException(
                "no PostgreSQL is built in for " + system + "; set PORTR_DB_URL to a database of yours");
    }
}
