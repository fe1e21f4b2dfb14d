package io.portrgateway.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * As whom PostgreSQL runs: it refuses to run as root, so root gives its privileges up for it. Stateless after
 * construction.
 *
 * <p>Preferred is a user namespace in which nobody is root: the files stay root's. Where the kernel or the container
 * forbids those, PostgreSQL runs as {@code nobody} and gets a directory that user can reach.
 */
final class PostgresUser {

    private static final String NOBODY = "65534";

    private enum Way {
        PLAIN,
        USER_NAMESPACE,
        NOBODY
    }

    private final Way way;

    private PostgresUser(Way way) {
        this.way = way;
    }

    static PostgresUser find() throws StartException {
        if (!"0".equals(output("id", "-u"))) {
            return new PostgresUser(Way.PLAIN);
        }
        if (!List.of("", "0").contains(output("unshare", "-U", "id", "-u"))) {
            return new PostgresUser(Way.USER_NAMESPACE);
        }
        if (NOBODY.equals(output("setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "id", "-u"))) {
            return new PostgresUser(Way.NOBODY);
        }
        throw new StartException(
                "PostgreSQL refuses to run as root, and neither unshare nor setpriv (package util-linux)"
                        + " can change that here; run this as another user, or set PORTR_DB_URL to a database of yours");
    }

    List<String> command(List<String> command) {
        List<String> whole = new ArrayList<>();
        switch (way) {
            case PLAIN -> {}
            case USER_NAMESPACE -> whole.addAll(List.of("unshare", "-U"));
            case NOBODY -> whole.addAll(List.of("setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"));
        }
        whole.addAll(command);
        return whole;
    }

    /** Whether PostgreSQL can get to what is in {@code directory}, which may be closed itself: that can be changed. */
    boolean canReach(Path directory) throws StartException {
        if (way != Way.NOBODY) {
            return true;
        }
        try {
            for (Path parent = directory.getParent(); parent != null; parent = parent.getParent()) {
                if (!Files.getPosixFilePermissions(parent).contains(PosixFilePermission.OTHERS_EXECUTE)) {
                    return false;
                }
            }
            return true;
        } catch (IOException unreadable) {
            throw new StartException("the way to " + directory + " cannot be looked at: " + unreadable, unreadable);
        }
    }

    /** Lets PostgreSQL's user through a directory of ours; what is in it stays as closed as it is. */
    void admit(Path directory) throws StartException {
        if (way != Way.NOBODY) {
            return;
        }
        try {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
        } catch (IOException failed) {
            throw new StartException(directory + " cannot be opened for PostgreSQL: " + failed, failed);
        }
    }

    /** Hands a directory of ours over to PostgreSQL's user. */
    void give(Path directory) throws StartException {
        if (way == Way.NOBODY) {
            run("chown", "-R", NOBODY + ":" + NOBODY, directory.toString());
        }
    }

    private static void run(String... command) throws StartException {
        try {
            Process process = new ProcessBuilder(command).inheritIO().start();
            if (process.waitFor() != 0) {
                throw new StartException(String.join(" ", command) + " failed");
            }
        } catch (IOException failed) {
            throw new StartException(String.join(" ", command) + " failed: " + failed.getMessage(), failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new StartException("interrupted", interrupted);
        }
    }

    /** What a short command prints, or nothing when it fails or is not installed. */
    private static String output(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor(5, TimeUnit.SECONDS) && process.exitValue() == 0 ? text.strip() : "";
        } catch (IOException notInstalled) {
            return "";
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return "";
        }
    }
}
