package io.portrgateway.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The whole gateway as {@code ./gateway up} starts it, measured at its tunnel-server process. */
final class Gateway implements Server {

    private static final Duration START_LIMIT = Duration.ofMinutes(5);
    private static final Pattern TOKEN = Pattern.compile("--token (\\S+)");
    private static final Pattern TEAM = Pattern.compile("-R \\S+ (\\S+)@");

    private final String name;
    private final Process launcher;
    private final OpenSsh ssh;
    private final int sshPort;
    private final int httpPort;
    private final int adminPort;
    private final String secretKey;
    private final String team;
    private final AtomicInteger names = new AtomicInteger();

    /** Starts it with more settings in the environment, such as raised limits. */
    Gateway(String name, Path launcherScript, Path folder, OpenSsh ssh, Map<String, String> settings)
            throws IOException, InterruptedException {
        this.name = name;
        this.ssh = ssh;
        sshPort = Tools.freePort();
        httpPort = Tools.freePort();
        adminPort = Tools.freePort();
        Path data = folder.resolve("gateway");
        ProcessBuilder builder = new ProcessBuilder(
                        launcherScript.toString(),
                        "up",
                        "--data",
                        data.toString(),
                        "--ssh-port",
                        Integer.toString(sshPort),
                        "--http-port",
                        Integer.toString(httpPort),
                        "--admin-port",
                        Integer.toString(adminPort))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("gateway.log").toFile());
        builder.environment().putAll(settings);
        launcher = builder.start();
        String welcome = awaitWelcome(folder.resolve("gateway.log"));
        secretKey = find(TOKEN, welcome);
        team = find(TEAM, welcome);
    }

    /** Waits for what a user waits for: the text that says how to open a tunnel. */
    private String awaitWelcome(Path log) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (System.nanoTime() < deadline && launcher.isAlive()) {
            String said = Files.readString(log);
            if (said.contains("Ctrl-C stops everything")) {
                return said;
            }
            Thread.sleep(100);
        }
        Tools.end(launcher);
        throw new IllegalStateException("gateway: did not start: " + Files.readString(log));
    }

    private static String find(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw new IllegalStateException("gateway: said nothing of " + pattern + ": " + text);
        }
        return matcher.group(1);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long pid() {
        return launcher.descendants()
                .filter(process -> process.info().commandLine().orElse("").contains("tunnel-server"))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("gateway: no tunnel-server process"))
                .pid();
    }

    /** The process above the servers and the database. */
    long launcherPid() {
        return launcher.pid();
    }

    int sshPort() {
        return sshPort;
    }

    int httpPort() {
        return httpPort;
    }

    String team() {
        return team;
    }

    String secretKey() {
        return secretKey;
    }

    /** Where the real portr client finds this gateway. */
    PortrAddress address() {
        return new PortrAddress(
                "localhost:" + adminPort, "localhost:" + sshPort, "localhost:" + httpPort, secretKey, pid());
    }

    @Override
    public OpenTunnel open(Kind kind, int originPort, String cipher) throws IOException, InterruptedException {
        return openThrough(sshPort, kind, originPort, cipher);
    }

    /** Opens the tunnel through another port, such as a delay proxy's. */
    OpenTunnel openThrough(int throughPort, Kind kind, int originPort, String cipher)
            throws IOException, InterruptedException {
        return switch (kind) {
            case TCP -> {
                OpenSsh.Client client = ssh.forward(throughPort, team, secretKey, cipher, "0:127.0.0.1:" + originPort);
                yield new OpenTunnel(client.awaitPort(), "127.0.0.1", client);
            }
            case HTTP -> {
                String name = "bench" + names.incrementAndGet();
                OpenSsh.Client client =
                        ssh.forward(throughPort, team, secretKey, cipher, name + ":80:127.0.0.1:" + originPort);
                OpenTunnel tunnel = new OpenTunnel(httpPort, name + ".localhost", client);
                PortrClient.awaitServing(tunnel, Duration.ofSeconds(20));
                yield tunnel;
            }
        };
    }

    @Override
    public void close() {
        Tools.end(launcher);
    }
}
