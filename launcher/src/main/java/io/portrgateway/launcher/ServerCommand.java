package io.portrgateway.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The Java command of a built server. Stateless. */
final class ServerCommand {

    private ServerCommand() {}

    /**
     * The command that starts {@code module}.
     *
     * <p>The JVM writes a class-data archive beside the jars at its first end, uses it from the second start on, and makes
     * it anew when jars or JDK changed.
     */
    static List<String> of(Path home, String module, List<String> options) throws StartException {
        Path archives = home.resolve("target/class-data");
        try {
            Files.createDirectories(archives);
        } catch (IOException failed) {
            throw new StartException(archives + " cannot be made: " + failed, failed);
        }
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:+AutoCreateSharedArchive");
        command.add("-XX:SharedArchiveFile=" + archives.resolve(module + ".jsa"));
        command.add("-Xlog:cds=off");
        command.add("-Xlog:aot=off");
        command.addAll(options);
        command.add("-jar");
        command.add(jar(home, module).toString());
        return command;
    }

    private static Path jar(Path home, String module) throws StartException {
        Path target = home.resolve(module).resolve("target");
        try (Stream<Path> files = Files.list(target)) {
            return files.filter(file -> isMainJar(file.getFileName().toString(), module))
                    .findFirst()
                    .orElseThrow(() -> new StartException(module + " is not built: no jar in " + target));
        } catch (IOException unbuilt) {
            throw new StartException(module + " is not built: " + target + " cannot be read", unbuilt);
        }
    }

    // The plain jar with its libraries beside it, not the one-file application: class-data sharing needs jars that
    // are files.
    private static boolean isMainJar(String name, String module) {
        return name.startsWith(module + "-")
                && name.endsWith(".jar")
                && Stream.of("-app.jar", "-tests.jar", "-sources.jar").noneMatch(name::endsWith);
    }
}
