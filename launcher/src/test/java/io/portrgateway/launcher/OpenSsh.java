package io.portrgateway.launcher;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The OpenSSH client of this machine as a process; nothing of the user's own set-up is read or written. */
final class OpenSsh implements AutoCloseable {

    private static final Pattern ALLOCATED = Pattern.compile("Allocated port (\\d+) for remote forward");

    private final Process process;
    private final Path output;

    private OpenSsh(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /** Logs in with a password. */
    static OpenSsh withPassword(Path directory, int port, String user, String password, String... arguments)
            throws IOException {
        Path script = Files.createTempFile(
                directory,
                "askpass",
                ".sh",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.writeString(script, "#!/bin/sh\nprintf '%s\\n' \"$SECRET\"\n");
        List<String> options = List.of("-o", "PreferredAuthentications=password", "-o", "NumberOfPasswordPrompts=1");
        return start(directory, port, user, options, List.of(arguments), script, password);
    }

    /** Logs in with a key pair. */
    static OpenSsh withKey(Path directory, int port, String user, Path key, String... arguments) throws IOException {
        List<String> options = List.of("-i", key.toString(), "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes");
        return start(directory, port, user, options, List.of(arguments), key, "");
    }

    /** Makes an Ed25519 key pair and answers the private key's file. */
    static Path newKey(Path directory) throws Exception {
        Path key = directory.resolve("id_test");
        int exitCode = new ProcessBuilder("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key.toString())
                .inheritIO()
                .start()
                .waitFor();
        if (exitCode != 0) {
            throw new IOException("ssh-keygen: " + exitCode);
        }
        return key;
    }

    private static OpenSsh start(
            Path directory,
            int port,
            String user,
            List<String> options,
            List<String> arguments,
            Path askpass,
            String secret)
            throws IOException {
        Path output = Files.createTempFile(directory, "ssh", ".log");
        List<String> command = new ArrayList<>(List.of("ssh", "-F", "/dev/null", "-p", Integer.toString(port)));
        command.addAll(List.of("-o", "StrictHostKeyChecking=accept-new"));
        command.addAll(List.of("-o", "UserKnownHostsFile=" + directory.resolve("known_hosts")));
        command.addAll(List.of("-o", "ExitOnForwardFailure=yes"));
        command.addAll(options);
        command.addAll(arguments);
        command.add(user + "@127.0.0.1");
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .redirectInput(Path.of("/dev/null").toFile());
        builder.environment().remove("SSH_AUTH_SOCK");
        builder.environment().put("SSH_ASKPASS", askpass.toString());
        builder.environment().put("SSH_ASKPASS_REQUIRE", "force");
        builder.environment().put("SECRET", secret);
        return new OpenSsh(builder.start(), output);
    }

    /** The public port the server chose for {@code -R 0:…}. */
    int awaitAllocatedPort() {
        await().atMost(Duration.ofSeconds(20))
                .failFast(() -> !process.isAlive())
                .untilAsserted(() -> assertThat(output()).containsPattern(ALLOCATED));
        return allocated(output());
    }

    private static int allocated(String text) {
        Matcher matcher = ALLOCATED.matcher(text);
        if (!matcher.find()) {
            throw new IllegalStateException(text);
        }
        return Integer.parseInt(matcher.group(1));
    }

    /** Everything the terminal would show. */
    String output() {
        try {
            return Files.readString(output);
        } catch (IOException unreadable) {
            return unreadable.toString();
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    int awaitExit() throws InterruptedException {
        if (!process.waitFor(20, SECONDS)) {
            throw new IllegalStateException("ssh is still there: " + output());
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroy();
    }
}
