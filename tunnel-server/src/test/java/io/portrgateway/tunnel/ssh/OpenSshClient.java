package io.portrgateway.tunnel.ssh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A real {@code ssh -N -R} of OpenSSH, ended by its process handle. */
final class OpenSshClient implements AutoCloseable {

    private final Process process;
    private final Path directory;

    OpenSshClient(int sshPort, int servicePort, String... options) throws IOException, InterruptedException {
        directory = Files.createTempDirectory("ssh-client");
        Path key = directory.resolve("key");
        Process keygen =
                new ProcessBuilder("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key.toString()).start();
        if (keygen.waitFor() != 0) {
            throw new IOException("ssh-keygen failed (expected: openssh-client installed)");
        }
        List<String> command = new ArrayList<>(List.of(
                "ssh",
                "-F",
                "none",
                "-N",
                "-i",
                key.toString(),
                "-p",
                Integer.toString(sshPort),
                "-R",
                "0.0.0.0:20001:127.0.0.1:" + servicePort,
                "-o",
                "BatchMode=yes",
                "-o",
                "IdentityAgent=none",
                "-o",
                "StrictHostKeyChecking=no",
                "-o",
                "UserKnownHostsFile=/dev/null",
                "-o",
                "LogLevel=ERROR",
                "-o",
                "ExitOnForwardFailure=yes"));
        for (String option : options) {
            command.add("-o");
            command.add(option);
        }
        command.add("app@127.0.0.1");
        process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Ends it without a good-bye. */
    void kill() {
        process.destroyForcibly();
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        process.onExit().orTimeout(10, TimeUnit.SECONDS).join();
        for (String name : List.of("key", "key.pub")) {
            Files.deleteIfExists(directory.resolve(name));
        }
        Files.deleteIfExists(directory);
    }
}
