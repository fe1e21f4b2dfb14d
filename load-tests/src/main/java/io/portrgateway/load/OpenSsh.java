package io.portrgateway.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The OpenSSH client, the same for the baseline and for the gateway. */
final class OpenSsh {

    private static final Pattern ALLOCATED = Pattern.compile("Allocated port (\\d+) for remote forward");

    private final Path folder;
    private final Path key;
    private final Path askPass;

    OpenSsh(Path folder) throws IOException, InterruptedException {
        this.folder = Files.createDirectories(folder.resolve("ssh"));
        key = this.folder.resolve("id");
        Tools.run(
                java.time.Duration.ofSeconds(10),
                Tools.require("ssh-keygen"),
                "-q",
                "-t",
                "ed25519",
                "-N",
                "",
                "-f",
                key.toString());
        askPass = this.folder.resolve("askpass");
        Files.writeString(askPass, "#!/bin/sh\nprintf '%s\\n' \"$BENCH_PASSWORD\"\n");
        if (!askPass.toFile().setExecutable(true)) {
            throw new IOException(askPass + ": cannot be made executable");
        }
    }

    Path publicKey() {
        return folder.resolve("id.pub");
    }

    /** A running client. {@code port} completes with the port the server allocated, where one was asked for. */
    record Client(Process process, CompletableFuture<Integer> allocatedPort) implements AutoCloseable {
        @Override
        public void close() {
            Tools.end(process);
        }

        int awaitPort() {
            try {
                return allocatedPort.get(20, TimeUnit.SECONDS);
            } catch (Exception failed) {
                throw new IllegalStateException("ssh: no port was allocated", failed);
            }
        }
    }

    /** Opens {@code ssh -N -R forward}; with the password where there is one, else with the key. */
    Client forward(int sshPort, String user, String password, String cipher, String forward) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Tools.require("ssh"),
                "-F",
                "none",
                "-N",
                "-p",
                Integer.toString(sshPort),
                "-c",
                cipher,
                "-o",
                "StrictHostKeyChecking=no",
                "-o",
                "UserKnownHostsFile=/dev/null",
                "-o",
                "LogLevel=INFO",
                "-o",
                "ExitOnForwardFailure=yes",
                "-o",
                "IdentitiesOnly=yes",
                "-i",
                key.toString(),
                "-o",
                "PreferredAuthentications=" + (password.isEmpty() ? "publickey" : "password"),
                "-o",
                "NumberOfPasswordPrompts=1",
                "-R",
                forward,
                user + "@127.0.0.1"));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("SSH_ASKPASS", askPass.toString());
        builder.environment().put("SSH_ASKPASS_REQUIRE", "force");
        builder.environment().put("BENCH_PASSWORD", password);
        Process process = builder.start();
        CompletableFuture<Integer> port = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            StringBuilder said = new StringBuilder();
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    Matcher matcher = ALLOCATED.matcher(line);
                    if (matcher.find()) {
                        port.complete(Integer.parseInt(matcher.group(1)));
                    }
                    said.append(line).append('\n');
                }
            } catch (IOException closed) {
                said.append(closed.getMessage());
            }
            port.completeExceptionally(new IllegalStateException("ssh ended: " + said));
        });
        return new Client(process, port);
    }
}
