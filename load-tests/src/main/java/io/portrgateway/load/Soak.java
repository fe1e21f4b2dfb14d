package io.portrgateway.load;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code ./gateway soak}: requests, WebSockets and server-sent events through one tunnel-server that records all of it, for
 * as long as one likes. Notes its heap after a collection, its resident memory and what was dropped, and by how much the
 * heap rises in an hour.
 */
@Command(
        name = "soak",
        mixinStandardHelpOptions = true,
        description = "Runs recorded load for a long time and measures whether memory stays flat.")
public final class Soak implements Callable<Integer> {

    private static final double MIB = 1 << 20;

    @Option(names = "--minutes", defaultValue = "30", description = "How long")
    private int minutes;

    @Option(names = "--every", defaultValue = "10", description = "Seconds between two measurements")
    private int everySeconds;

    @Option(names = "--settle", defaultValue = "60", description = "Seconds of load before anything counts")
    private int settleSeconds;

    @Option(names = "--out", description = "The page to write", defaultValue = "load-tests/soak.md")
    private Path out = Path.of("load-tests/soak.md");

    @Option(names = "--gateway", description = "The launcher script", defaultValue = "./gateway")
    private Path launcher = Path.of("./gateway");

    /** One measurement. */
    record Sample(double seconds, double heapMib, double residentMib) {}

    public static void main(String[] args) {
        // The name of the tunnel goes into the Host field, because not every system resolves *.localhost
        System.setProperty("jdk.httpclient.allowRestrictedHeaders", "host");
        System.exit(new CommandLine(new Soak()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        Path folder = Files.createTempDirectory("portr-soak");
        int opsPort = Tools.freePort();
        try (StreamOrigin origin = new StreamOrigin(Duration.ofMillis(100), 300);
                Gateway gateway = new Gateway(
                        "gateway", launcher.toAbsolutePath(), folder, new OpenSsh(folder), settings(opsPort));
                Server.OpenTunnel http = gateway.open(Server.Kind.HTTP, origin.httpPort(), Bench.CIPHER);
                Server.OpenTunnel webSocket = gateway.open(Server.Kind.HTTP, origin.webSocketPort(), Bench.CIPHER);
                SoakLoad load = new SoakLoad(http, webSocket)) {
            Thread.sleep(Duration.ofSeconds(settleSeconds));
            List<Sample> samples = measure(gateway.pid());
            Files.writeString(out, page(samples, load.done(), recorded(opsPort)));
        }
        System.out.println("written: " + out);
        return 0;
    }

    private List<Sample> measure(long pid) throws IOException, InterruptedException {
        HeapProbe heap = new HeapProbe(pid);
        List<Sample> samples = new ArrayList<>();
        long start = System.nanoTime();
        long end = start + Duration.ofMinutes(minutes).toNanos();
        while (System.nanoTime() < end) {
            Thread.sleep(Duration.ofSeconds(everySeconds));
            Sample sample = new Sample(
                    (System.nanoTime() - start) / 1e9,
                    heap.heapBytesAfterCollection() / MIB,
                    ProcessUsage.ofTree(pid).residentBytes() / MIB);
            samples.add(sample);
            System.out.printf(
                    Locale.ROOT,
                    "%6.0f s  heap %.1f MiB  resident %.0f MiB%n",
                    sample.seconds(),
                    sample.heapMib(),
                    sample.residentMib());
        }
        return samples;
    }

    /** Everything is recorded, and one address may have as many connections as the load needs. */
    private static Map<String, String> settings(int opsPort) {
        return Map.of(
                "PORTR_CAPTURE", "full",
                "PORTR_CAPTURE_RATE", "0",
                "PORTR_OPS_PORT", Integer.toString(opsPort));
    }

    /** The counters of recording that are not zero. */
    private static String recorded(int opsPort) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest metrics = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + opsPort + "/metrics"))
                    .build();
            return client.send(metrics, BodyHandlers.ofString())
                    .body()
                    .lines()
                    .filter(line -> line.startsWith("portr_capture_") && !line.endsWith(" 0.0"))
                    .map(line -> "    " + line)
                    .collect(Collectors.joining("\n"));
        }
    }

    /** MiB per hour by which the heap rises, by least squares. */
    static double slope(List<Sample> samples) {
        double meanX = samples.stream().mapToDouble(Sample::seconds).average().orElse(0);
        double meanY = samples.stream().mapToDouble(Sample::heapMib).average().orElse(0);
        double products = 0;
        double squares = 0;
        for (Sample sample : samples) {
            products += (sample.seconds() - meanX) * (sample.heapMib() - meanY);
            squares += (sample.seconds() - meanX) * (sample.seconds() - meanX);
        }
        return squares == 0 ? 0 : products / squares * 3600;
    }

    private String page(List<Sample> samples, String done, String recorded) throws IOException, InterruptedException {
        StringBuilder page = new StringBuilder("""
                # Soak

                Made by `./gateway soak --minutes %d`: requests, WebSockets and server-sent events through one tunnel-server that
                records all of it. Heap is what is left after a collection.

                - commit: %s
                - date: %s
                - Java: %s
                - load: %s
                - heap: %.1f MiB at first, %.1f MiB at last; slope by least squares **%.2f MiB per hour**
                - resident: %.0f MiB at first, %.0f MiB at last

                What was recorded and dropped:

                %s

                | seconds | heap MiB | resident MiB |
                | ---: | ---: | ---: |
                """.formatted(
                        minutes,
                        Tools.run(Duration.ofSeconds(10), "git", "rev-parse", "--short", "HEAD")
                                .strip(),
                        Instant.now().toString().substring(0, 10),
                        Runtime.version(),
                        done,
                        samples.getFirst().heapMib(),
                        samples.getLast().heapMib(),
                        slope(samples),
                        samples.getFirst().residentMib(),
                        samples.getLast().residentMib(),
                        recorded));
        int step = Math.max(1, samples.size() / 30);
        for (int i = 0; i < samples.size(); i += step) {
            Sample sample = samples.get(i);
            page.append("| %.0f | %.1f | %.0f |\n".formatted(sample.seconds(), sample.heapMib(), sample.residentMib()));
        }
        return page.toString();
    }
}
