package io.portrgateway.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code ./gateway bench}: measures the gateway beside plain OpenSSH, and beside another Portr-compatible server where
 * its address is given, in one run on one machine, and writes a page with the figures.
 */
@Command(name = "bench", mixinStandardHelpOptions = true, description = "Measures the gateway beside its baselines.")
public final class Bench implements Callable<Integer> {

    static final String CIPHER = "aes128-gcm@openssh.com";

    /** The two offered by default, and two that can be allowed by setting, so that their price is known. */
    private static final List<String> CIPHERS =
            List.of(CIPHER, "aes256-gcm@openssh.com", "aes256-ctr", "chacha20-poly1305@openssh.com");

    private static final List<String> ALL =
            List.of("bulk", "ciphers", "requests", "latency", "other", "distance", "stalled", "start", "idle");

    @Option(
            names = "--only",
            split = ",",
            description = "Scenarios: bulk, ciphers, requests, latency, other, distance, stalled, idle, start")
    private @Nullable List<String> only;

    @Option(
            names = "--capture",
            split = ",",
            description =
                    "Small requests under each of these values of PORTR_CAPTURE, the first one being the baseline, such"
                            + " as off,full; full:0 also lifts the limit on recorded requests per second. Alone, without the other"
                            + " scenarios, unless --only names some")
    private List<String> capture = List.of();

    @Option(names = "--rounds", defaultValue = "3", description = "Rounds of each comparison; the median counts")
    private int rounds;

    @Option(names = "--seconds", defaultValue = "6", description = "Length of each request measurement")
    private int seconds;

    @Option(
            names = "--warm-up",
            defaultValue = "15",
            description = "Seconds of each kind of load before anything counts")
    private int warmUpSeconds;

    @Option(names = "--mib", defaultValue = "1024", description = "Size of each bulk transfer")
    private long mebibytes;

    @Option(names = "--idle", defaultValue = "1000,9000", split = ",", description = "Numbers of idle tunnels")
    private List<Integer> idle = List.of();

    @Option(names = "--portr", description = "A real portr client binary (v1), for the comparison with --other-…")
    private @Nullable Path portr;

    @Option(names = "--other-api", description = "Another Portr-compatible server: host:port of its API")
    private @Nullable String otherApi;

    @Option(names = "--other-ssh", description = "… its SSH side")
    private @Nullable String otherSsh;

    @Option(names = "--other-http", description = "… its public HTTP side")
    private @Nullable String otherHttp;

    @Option(names = "--other-key", description = "… a member's secret key")
    private @Nullable String otherKey;

    @Option(names = "--other-pid", description = "… its process, on this machine")
    private long otherPid;

    @Option(names = "--out", description = "The page to write", defaultValue = "load-tests/results.md")
    private Path out = Path.of("load-tests/results.md");

    @Option(names = "--gateway", description = "The launcher script", defaultValue = "./gateway")
    private Path launcher = Path.of("./gateway");

    public static void main(String[] args) {
        System.exit(new CommandLine(new Bench()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        List<String> missing = Tools.missing();
        if (!missing.isEmpty()) {
            System.err.println("bench: these programs are missing, install them first: " + String.join(", ", missing));
            return 2;
        }
        Path folder = Files.createTempDirectory("portr-bench");
        Results results = new Results();
        List<String> wanted = only == null ? (capture.isEmpty() ? ALL : List.of()) : only;
        if (!wanted.isEmpty()) {
            measure(wanted, folder, results);
        }
        if (!capture.isEmpty()) {
            measureCapture(folder, results);
        }
        Files.writeString(out, results.page(head()));
        System.out.println("written: " + out);
        return 0;
    }

    private void measure(List<String> wanted, Path folder, Results results) throws Exception {
        OpenSsh ssh = new OpenSsh(folder);
        try (BulkOrigin bulk = new BulkOrigin();
                Nginx nginx = new Nginx(folder);
                Sshd sshd = new Sshd(folder, ssh);
                Gateway gateway = new Gateway("gateway", launcher.toAbsolutePath(), folder, ssh, gatewaySettings())) {
            Scenarios scenarios =
                    new Scenarios(results, rounds, Duration.ofSeconds(seconds), mebibytes << 20, bulk, nginx);
            List<Server> both = List.of(sshd, gateway);
            if (warmUpSeconds > 0) {
                System.out.println("warming up");
                scenarios.warmUp(gateway, Duration.ofSeconds(warmUpSeconds));
            }
            for (String scenario : wanted) {
                System.out.println(scenario);
                switch (scenario) {
                    case "bulk" -> scenarios.bulk(both);
                    case "ciphers" -> scenarios.ciphers(gateway, CIPHERS);
                    case "latency" -> scenarios.latency(both);
                    case "start" -> scenarios.start(Starts.of(gateway.pid(), folder));
                    case "requests" -> scenarios.requests(both);
                    case "other" -> other(scenarios, gateway, folder, results);
                    case "distance" -> scenarios.distance(sshd, gateway);
                    case "stalled" -> scenarios.stalled(sshd, gateway);
                    case "idle" -> scenarios.idle(gateway, idle);
                    default -> throw new IllegalArgumentException("--only: " + scenario);
                }
            }
        }
    }

    /** One gateway for each way of recording, side by side, so that they can take turns. */
    private void measureCapture(Path folder, Results results) throws Exception {
        OpenSsh ssh = new OpenSsh(folder);
        List<Gateway> gateways = new ArrayList<>();
        try (BulkOrigin bulk = new BulkOrigin();
                Nginx nginx = new Nginx(folder)) {
            Scenarios scenarios =
                    new Scenarios(results, rounds, Duration.ofSeconds(seconds), mebibytes << 20, bulk, nginx);
            for (String way : capture) {
                Map<String, String> settings = new HashMap<>(gatewaySettings());
                int colon = way.indexOf(':');
                settings.put("PORTR_CAPTURE", colon < 0 ? way : way.substring(0, colon));
                if (colon >= 0) {
                    settings.put("PORTR_CAPTURE_RATE", way.substring(colon + 1));
                }
                gateways.add(new Gateway(
                        "capture " + way,
                        launcher.toAbsolutePath(),
                        Files.createDirectories(folder.resolve("capture" + gateways.size())),
                        ssh,
                        settings));
            }
            if (warmUpSeconds > 0) {
                System.out.println("warming up");
                for (Gateway gateway : gateways) {
                    scenarios.warmUpRequests(gateway, Duration.ofSeconds(warmUpSeconds));
                }
            }
            System.out.println("capture");
            scenarios.capture(gateways);
        } finally {
            gateways.forEach(Gateway::close);
        }
    }

    private void other(Scenarios scenarios, Gateway gateway, Path folder, Results results)
            throws IOException, InterruptedException {
        Optional<PortrAddress> other = otherAddress();
        if (portr == null || other.isEmpty()) {
            results.missing("gateway vs another Portr-compatible server", "needs --portr and the --other-… options");
            return;
        }
        scenarios.other(gateway.address(), other.get(), new PortrClient(portr, folder));
    }

    private Optional<PortrAddress> otherAddress() {
        if (otherApi == null || otherSsh == null || otherHttp == null || otherKey == null) {
            return Optional.empty();
        }
        return Optional.of(new PortrAddress(otherApi, otherSsh, otherHttp, otherKey, otherPid));
    }

    /** One address and one membership open everything here, which the defaults rightly forbid. */
    private static Map<String, String> gatewaySettings() {
        return Map.of(
                // Off unless asked: the figures are those of the data path, without the database's share of the machine
                "PORTR_CAPTURE", System.getenv().getOrDefault("PORTR_CAPTURE", "off"),
                "PORTR_SSH_CIPHERS", String.join(",", CIPHERS),
                "PORTR_SSH_MAX_SESSIONS_PER_MEMBER", "20000",
                "PORTR_SSH_MAX_UNAUTHENTICATED_PER_ADDRESS", "1000",
                "PORTR_TCP_MAX_CONNECTIONS_PER_ADDRESS", "20000",
                "PORTR_HTTP_MAX_CONNECTIONS_PER_ADDRESS", "20000");
    }

    private static String head() throws IOException, InterruptedException {
        List<String> cpu = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("/proc/cpuinfo"))) {
            if (line.startsWith("model name")) {
                cpu.add(line.substring(line.indexOf(':') + 1).strip());
            }
        }
        return """
                # Benchmark results

                Made by `./gateway bench` in one run; ratios compare programs on the same machine in the same minutes.

                - commit: %s
                - date: %s
                - machine: %d × %s, kernel %s
                - Java: %s
                """.formatted(
                        Tools.run(Duration.ofSeconds(10), "git", "rev-parse", "--short", "HEAD")
                                .strip(),
                        Instant.now().toString().substring(0, 10),
                        cpu.size(),
                        cpu.isEmpty() ? "unknown" : cpu.getFirst(),
                        System.getProperty("os.version"),
                        Runtime.version());
    }
}
