package io.portrgateway.load;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The programs of the machine that the benchmark stands on, and small things done with them. */
final class Tools {

    private Tools() {}

    /** Programs that are missing, with the Debian package each comes from. */
    static List<String> missing() {
        List<String> missing = new ArrayList<>();
        for (String[] need : new String[][] {
            {"wrk", "wrk"}, {"nginx", "nginx-light"}, {"sshd", "openssh-server"}, {"ssh", "openssh-client"}
        }) {
            if (find(need[0]).isEmpty()) {
                missing.add(need[0] + " (Debian package " + need[1] + ")");
            }
        }
        return missing;
    }

    /** Where a program is. */
    static Optional<Path> find(String program) {
        String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/usr/local/sbin";
        return Stream.of(path.split(":"))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Where a program is that {@link #missing()} has checked. */
    static String require(String program) {
        return find(program)
                .orElseThrow(() -> new IllegalStateException(program + ": not found"))
                .toString();
    }

    /** A loopback port that nobody uses at this moment. */
    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Waits until something listens on a loopback port. */
    static void awaitListening(int port, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 500);
                return;
            } catch (IOException notYet) {
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException(
                            "port " + port + ": nothing listens after " + limit.toSeconds() + " s");
                }
                Thread.sleep(20);
            }
        }
    }

    /** Runs a program to its end and answers what it printed. */
    static String run(Duration limit, String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (!process.waitFor(limit.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IllegalStateException(command[0] + " failed: " + output);
        }
        return output;
    }

    /** Ends a process and waits for it. */
    static void end(Process process) {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
