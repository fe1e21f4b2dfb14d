package io.portrgateway.load;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How long a tunnel-server needs from the start of its process until {@code /readyz} says 200, as a second node on the
 * database of a running gateway; plain, and with the class archive that {@code --warm-up} makes.
 */
final class Starts {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Path java;
    private final List<String> program;
    private final Map<String, String> environment;
    private final Path folder;

    private Starts(Path java, List<String> program, Map<String, String> environment, Path folder) {
        this.java = java;
        this.program = program;
        this.environment = environment;
        this.folder = folder;
    }

    /** Takes the jar and the settings of the running tunnel-server, ports aside. */
    static Starts of(long runningPid, Path folder) throws IOException {
        List<String> command = words(Path.of("/proc", Long.toString(runningPid), "cmdline"));
        int jar = command.indexOf("-jar");
        if (jar < 0) {
            throw new IllegalStateException("tunnel-server: started as " + command + " (expected: java -jar …)");
        }
        Map<String, String> environment = new java.util.HashMap<>();
        for (String setting : words(Path.of("/proc", Long.toString(runningPid), "environ"))) {
            int equals = setting.indexOf('=');
            if (equals > 0) {
                environment.put(setting.substring(0, equals), setting.substring(equals + 1));
            }
        }
        return new Starts(Path.of(command.getFirst()), command.subList(jar, jar + 2), environment, folder);
    }

    /** Makes the class archive; answers the option that uses it. */
    String archive() throws IOException, InterruptedException {
        Path file = folder.resolve("tunnel-server.aot");
        List<String> command = new ArrayList<>(List.of(java.toString(), "-XX:AOTCacheOutput=" + file));
        command.addAll(program);
        command.add("--warm-up");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("warm-up.log").toFile())
                .start();
        if (process.waitFor() != 0) {
            throw new IllegalStateException("--warm-up: failed: " + Files.readString(folder.resolve("warm-up.log")));
        }
        return "-XX:AOTCache=" + file;
    }

    /** Starts once, with more JVM options; answers the seconds until ready. */
    double measure(String... options) throws IOException, InterruptedException {
        int opsPort = Tools.freePort();
        List<String> command = new ArrayList<>(List.of(java.toString()));
        command.addAll(List.of(options));
        command.addAll(program);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("start.log").toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        builder.environment()
                .putAll(Map.of(
                        "PORTR_OPS_PORT", Integer.toString(opsPort),
                        "PORTR_SSH_PORT", Integer.toString(Tools.freePort()),
                        "PORTR_PROXY_PORT", Integer.toString(Tools.freePort()),
                        "PORTR_NODE_ID", "bench-start"));
        long start = System.nanoTime();
        Process process = builder.start();
        try {
            awaitReady(process, opsPort);
            return (System.nanoTime() - start) / 1e9;
        } finally {
            Tools.end(process);
        }
    }

    private void awaitReady(Process process, int opsPort) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + opsPort + "/readyz"))
                .timeout(Duration.ofSeconds(2))
                .build();
        long deadline = System.nanoTime() + LIMIT.toNanos();
        try (HttpClient client = HttpClient.newHttpClient()) {
            while (process.isAlive() && System.nanoTime() < deadline) {
                try {
                    if (client.send(request, BodyHandlers.discarding()).statusCode() == 200) {
                        return;
                    }
                } catch (IOException notYet) {
                    // Nothing listens yet: asked again.
                }
                Thread.sleep(10);
            }
        }
        throw new IllegalStateException("tunnel-server: not ready: " + Files.readString(folder.resolve("start.log")));
    }

    private static List<String> words(Path file) throws IOException {
        return List.of(Files.readString(file, StandardCharsets.UTF_8).split("\0"));
    }
}
