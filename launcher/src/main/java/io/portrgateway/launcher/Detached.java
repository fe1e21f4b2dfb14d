package io.portrgateway.launcher;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Puts a child into a session of its own, so that a Ctrl-C in the terminal reaches the launcher alone and the children
 * are ended in order. Stateless.
 */
final class Detached {

    private Detached() {}

    /** The command as it has to be started; the process id stays the one of {@code command} itself. */
    static List<String> command(String... command) {
        return command(List.of(command));
    }

    static List<String> command(List<String> command) {
        List<String> whole = new ArrayList<>();
        if (onPath("setsid")) {
            whole.add("setsid");
        } else if (onPath("perl")) {
            // macOS has no setsid command
            whole.addAll(List.of("perl", "-MPOSIX", "-e", "POSIX::setsid(); exec { $ARGV[0] } @ARGV"));
        }
        whole.addAll(command);
        return whole;
    }

    static boolean onPath(String program) {
        for (String directory : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
            if (!directory.isEmpty() && Files.isExecutable(Path.of(directory, program))) {
                return true;
            }
        }
        return false;
    }
}
