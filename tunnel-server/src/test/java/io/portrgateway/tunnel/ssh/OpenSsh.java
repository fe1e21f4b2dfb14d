package io.portrgateway.tunnel.ssh;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** Runs the {@code ssh} program against a port of the loopback, without the user's own settings and keys. */
public final class OpenSsh implements AutoCloseable {

    private final Path directory;
    private final int port;
    private final List<Run> runs = new ArrayList<>();
    private int keyCount;

    public OpenSsh(Path directory, int port) {
        this.directory = directory;
        this.port = port;
    }

    /** One running client. */
    public static final class Run {

        private final Process process;
        private final StringBuffer output = new StringBuffer();

        private Run(Process process) {
            this.process = process;
            Thread.ofVirtual().start(this::read);
        }

        public String output() {
            return output.toString();
        }

        public void awaitOutput(String text) {
            Awaitility.await("output of ssh: " + text)
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> output().contains(text));
        }

        int awaitExit() throws InterruptedException {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                throw new AssertionError("ssh still runs: " + output());
            }
            Awaitility.await().atMost(Duration.ofSeconds(5)).until(this::isRead);
            return process.exitValue();
        }

        void type(String text) throws IOException {
            process.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        }

        void signal(String name) throws IOException, InterruptedException {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
        }

        void kill() {
            process.destroyForcibly();
        }

        private volatile boolean read;

        private boolean isRead() {
            return read;
        }

        private void read() {
            try (InputStream in = process.getInputStream()) {
                byte[] bytes = new byte[8192];
                for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
                    output.append(new String(bytes, 0, n, StandardCharsets.UTF_8));
                }
            } catch (IOException ended) {
                output.append(ended.getMessage());
            } finally {
                read = true;
            }
        }
    }

    public Run withPassword(String password, String... arguments) throws IOException {
        Path ask = directory.resolve("askpass");
        if (Files.notExists(ask)) {
            Files.writeString(ask, "#!/bin/sh\necho \"$TEST_PASSWORD\"\n");
            Files.setPosixFilePermissions(ask, PosixFilePermissions.fromString("rwx------"));
        }
        return run(password, ask, List.of("-o", "PubkeyAuthentication=no"), arguments);
    }

    Run withKey(Path key, String... arguments) throws IOException {
        return run("", null, List.of("-i", key.toString(), "-o", "PasswordAuthentication=no"), arguments);
    }

    Path generateKey(String type) throws IOException, InterruptedException {
        Path key = directory.resolve("key" + keyCount++);
        int exit = new ProcessBuilder("ssh-keygen", "-q", "-t", type, "-N", "", "-f", key.toString())
                .redirectErrorStream(true)
                .start()
                .waitFor();
        if (exit != 0) {
            throw new IOException("ssh-keygen: exit " + exit);
        }
        return key;
    }

    byte[] publicBlob(Path key) throws IOException {
        return Base64.getDecoder()
                .decode(Files.readString(Path.of(key + ".pub")).split(" ")[1]);
    }

    private Run run(String password, Path ask, List<String> options, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("ssh", "-F", "none", "-p", Integer.toString(port)));
        for (String option : List.of(
                "StrictHostKeyChecking=no",
                "UserKnownHostsFile=" + directory.resolve("known_hosts"),
                "IdentitiesOnly=yes",
                "IdentityAgent=none",
                "NumberOfPasswordPrompts=1",
                "ConnectTimeout=10")) {
            command.addAll(List.of("-o", option));
        }
        command.addAll(options);
        command.addAll(Arrays.asList(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("TEST_PASSWORD", password);
        builder.environment().put("TERM", "xterm");
        if (ask != null) {
            builder.environment().put("SSH_ASKPASS", ask.toString());
            builder.environment().put("SSH_ASKPASS_REQUIRE", "force");
        }
        Run run = new Run(builder.start());
        runs.add(run);
        return run;
    }

    @Override
    public void close() {
        runs.forEach(Run::kill);
    }
}
