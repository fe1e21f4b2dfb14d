package io.portrgateway.load;

import static io.portrgateway.load.Results.Target.atLeast;
import static io.portrgateway.load.Results.Target.atMost;
import static io.portrgateway.load.Results.number;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What is measured. Each scenario alternates between the servers it compares and takes medians over the rounds. */
final class Scenarios {

    private static final double GIB = 1L << 30;
    private static final int VISITORS = 256;
    private static final int STALLED_COUNT = 50;
    private static final int OPENERS = 32;
    private static final Duration WRITING = Duration.ofSeconds(1);

    private final Results results;
    private final int rounds;
    private final Duration length;
    private final long bytes;
    private final BulkOrigin bulk;
    private final Nginx nginx;

    Scenarios(Results results, int rounds, Duration length, long bytes, BulkOrigin bulk, Nginx nginx) {
        this.results = results;
        this.rounds = rounds;
        this.length = length;
        this.bytes = bytes;
        this.bulk = bulk;
        this.nginx = nginx;
    }

    private enum Direction {
        DOWN,
        UP
    }

    /** Rate and server CPU of one transfer. */
    private record Transfer(double mibPerSecond, double cpuPerGib) {
        static Transfer median(List<Transfer> all) {
            return new Transfer(
                    Scenarios.median(all.stream().map(Transfer::mibPerSecond).toList()),
                    Scenarios.median(all.stream().map(Transfer::cpuPerGib).toList()));
        }

        @Override
        public String toString() {
            return "%.0f MiB/s, %.2f CPU s/GiB".formatted(mibPerSecond, cpuPerGib);
        }
    }

    /**
     * Lets the gateway's compiler finish before anything counts; a server that runs for days is what is compared. Without
     * it the first half minute of a JVM would be measured, at three to five times the cost per request.
     */
    void warmUp(Server server, Duration time) throws IOException, InterruptedException {
        for (Server.Kind kind : kindsOf(server)) {
            try (Server.OpenTunnel tunnel = server.open(kind, nginx.port(), Bench.CIPHER)) {
                Wrk.run(tunnel.visitorPort(), tunnel.host(), VISITORS, true, time);
                Wrk.run(tunnel.visitorPort(), tunnel.host(), VISITORS, false, time);
            }
            try (Server.OpenTunnel tunnel = server.open(kind, bulk.port(), Bench.CIPHER)) {
                tunnel.visitor().download(bytes);
                tunnel.visitor().upload(bytes);
            }
        }
    }

    /** One large body each way, through both servers, as TCP and for the gateway as HTTP too. */
    void bulk(List<Server> servers) throws IOException, InterruptedException {
        Samples<List<Object>, Transfer> all = new Samples<>();
        for (int round = 0; round <= rounds; round++) {
            for (Server server : servers) {
                for (Server.Kind kind : kindsOf(server)) {
                    try (Server.OpenTunnel tunnel = server.open(kind, bulk.port(), Bench.CIPHER)) {
                        for (Direction direction : Direction.values()) {
                            all.add(
                                    round,
                                    List.of(server.name(), kind, direction),
                                    transfer(server, tunnel, direction));
                        }
                    }
                }
            }
        }
        String baseline = servers.getFirst().name();
        String ours = servers.getLast().name();
        for (Direction direction : Direction.values()) {
            boolean down = direction == Direction.DOWN;
            String way = down ? "down" : "up";
            Transfer sshd = Transfer.median(all.of(List.of(baseline, Server.Kind.TCP, direction)));
            Transfer tcp = Transfer.median(all.of(List.of(ours, Server.Kind.TCP, direction)));
            Transfer http = Transfer.median(all.of(List.of(ours, Server.Kind.HTTP, direction)));
            String figures = "%s (sshd -R: %s)".formatted(tcp, sshd);
            results.ratio(
                    "TCP tunnel throughput, " + way,
                    figures,
                    tcp.mibPerSecond() / sshd.mibPerSecond(),
                    atLeast(down ? 1.0 : 1.2));
            results.ratio(
                    "TCP tunnel server CPU per GiB, " + way,
                    figures,
                    tcp.cpuPerGib() / sshd.cpuPerGib(),
                    atMost(down ? 1.0 : 0.85));
            results.ratio(
                    "HTTP tunnel throughput vs TCP tunnel, " + way,
                    "%s (TCP tunnel: %s)".formatted(http, tcp),
                    http.mibPerSecond() / tcp.mibPerSecond(),
                    atLeast(0.9));
        }
    }

    /** What each cipher costs the server. One round: the differences are large. */
    void ciphers(Server server, List<String> ciphers) throws IOException, InterruptedException {
        for (String cipher : ciphers) {
            try (Server.OpenTunnel tunnel = server.open(Server.Kind.TCP, bulk.port(), cipher)) {
                transfer(server, tunnel, Direction.DOWN);
                transfer(server, tunnel, Direction.UP);
                results.figure(
                        "cipher " + cipher,
                        "down %s; up %s"
                                .formatted(
                                        transfer(server, tunnel, Direction.DOWN),
                                        transfer(server, tunnel, Direction.UP)));
            }
        }
    }

    /** One request at a time: directly, through the baseline, and through the gateway's kinds of tunnel. */
    void latency(List<Server> servers) throws IOException, InterruptedException {
        Latency.measure(nginx.port(), "localhost");
        Latency direct = Latency.measure(nginx.port(), "localhost");
        results.figure("one request at a time, direct connection", direct.toString());
        for (Server server : servers) {
            for (Server.Kind kind : kindsOf(server)) {
                try (Server.OpenTunnel tunnel = server.open(kind, nginx.port(), Bench.CIPHER)) {
                    Latency.measure(tunnel.visitorPort(), tunnel.host());
                    Latency through = Latency.measure(tunnel.visitorPort(), tunnel.host());
                    results.figure(
                            "latency added by %s, %s tunnel".formatted(server.name(), kind),
                            "%s (in all %s)".formatted(through.minus(direct), through));
                }
            }
        }
    }

    /** Start of a process to ready, the median of the rounds. */
    void start(Starts starts) throws IOException, InterruptedException {
        String archive = starts.archive();
        List<Double> plain = new ArrayList<>();
        List<Double> archived = new ArrayList<>();
        for (int round = 0; round < Math.max(3, rounds); round++) {
            plain.add(starts.measure());
            archived.add(starts.measure(archive));
        }
        results.bound(
                "tunnel-server, start to ready, seconds",
                "%.2f s (with a class archive: %.2f s)".formatted(median(plain), median(archived)),
                median(plain),
                atMost(1.5));
    }

    /** Many visitors with small requests: connections kept, and a new one for each request. */
    void requests(List<Server> servers) throws IOException, InterruptedException {
        for (boolean keepAlive : new boolean[] {true, false}) {
            Samples<String, Load> all = new Samples<>();
            for (int round = 0; round <= rounds; round++) {
                for (Server server : servers) {
                    Server.Kind kind = kindsOf(server).getLast();
                    try (Server.OpenTunnel tunnel = server.open(kind, nginx.port(), Bench.CIPHER)) {
                        all.add(round, server.name(), load(server.pid(), tunnel, keepAlive));
                    }
                }
            }
            String kept = keepAlive ? "HTTP keep-alive, 256 visitors" : "HTTP new connection each";
            Wrk.Figures direct = Wrk.run(nginx.port(), "localhost", VISITORS, keepAlive, length);
            results.figure(
                    kept + ", direct connection",
                    "%.0f/s, p50 %.1f ms, p99 %.1f ms"
                            .formatted(direct.requestsPerSecond(), direct.p50Millis(), direct.p99Millis()));
            Load sshd = Load.median(all.of(servers.getFirst().name()));
            Load ours = Load.median(all.of(servers.getLast().name()));
            results.ratio(
                    kept + ", requests/s",
                    "%s (sshd -R: %s)".formatted(ours, sshd),
                    ours.requestsPerSecond() / sshd.requestsPerSecond(),
                    atLeast(keepAlive ? 1.1 : 1.5));
        }
    }

    /** Small requests only, for gateways of which nothing else is measured. */
    void warmUpRequests(Server server, Duration time) throws IOException, InterruptedException {
        try (Server.OpenTunnel tunnel = server.open(Server.Kind.HTTP, nginx.port(), Bench.CIPHER)) {
            Wrk.run(tunnel.visitorPort(), tunnel.host(), VISITORS, true, time);
        }
    }

    /** Small requests on kept connections, beside those of the first gateway; each round turns the order around. */
    void capture(List<Gateway> gateways) throws IOException, InterruptedException {
        Samples<String, Load> all = new Samples<>();
        Samples<String, Double> whole = new Samples<>();
        for (int round = 0; round <= rounds; round++) {
            for (Gateway gateway : round % 2 == 0 ? gateways : gateways.reversed()) {
                try (Server.OpenTunnel tunnel = gateway.open(Server.Kind.HTTP, nginx.port(), Bench.CIPHER)) {
                    ProcessUsage before = ProcessUsage.ofTree(gateway.launcherPid());
                    Load load = load(gateway.pid(), tunnel, true);
                    // What was recorded last is written now, on nobody else's time
                    Thread.sleep(WRITING);
                    double cpu = ProcessUsage.ofTree(gateway.launcherPid()).cpuSecondsSince(before);
                    all.add(round, gateway.name(), load);
                    whole.add(round, gateway.name(), cpu * 1_000_000 / (load.requestsPerSecond() * length.toSeconds()));
                }
            }
        }
        String baseline = gateways.getFirst().name();
        Load without = Load.median(all.of(baseline));
        for (Gateway gateway : gateways.subList(1, gateways.size())) {
            Load with = Load.median(all.of(gateway.name()));
            String pair = gateway.name() + " vs " + baseline;
            results.ratio(
                    pair + ", requests/s",
                    "%s (%s: %s)".formatted(with, baseline, without),
                    with.requestsPerSecond() / without.requestsPerSecond(),
                    atLeast(0.9));
            results.figure(
                    pair + ", CPU ms per 1,000 requests",
                    "tunnel-server %.1f (%.1f), with database and admin-server %.1f (%.1f)"
                            .formatted(
                                    with.cpuMillisPerThousand(),
                                    without.cpuMillisPerThousand(),
                                    median(whole.of(gateway.name())),
                                    median(whole.of(baseline))));
        }
    }

    /** The same real portr client against this gateway and against another server. */
    void other(PortrAddress gateway, PortrAddress other, PortrClient client) throws IOException, InterruptedException {
        Samples<PortrAddress, Load> all = new Samples<>();
        for (int round = 0; round <= rounds; round++) {
            for (PortrAddress server : List.of(gateway, other)) {
                try (Server.OpenTunnel tunnel = client.openHttp(server, nginx.port())) {
                    all.add(round, server, load(server.pid(), tunnel, true));
                }
            }
        }
        Load ours = Load.median(all.of(gateway));
        Load theirs = Load.median(all.of(other));
        results.ratio(
                "server CPU per 1,000 requests vs the other server, real portr client",
                "%s (other: %s)".formatted(ours, theirs),
                ours.cpuMillisPerThousand() / theirs.cpuMillisPerThousand(),
                atMost(0.5));
    }

    /** A download over a line of 50 ms round trip, where the receive window is the limit. */
    void distance(Sshd sshd, Gateway gateway) throws IOException, InterruptedException {
        long some = Math.min(bytes, 256L << 20);
        List<Double> ours = new ArrayList<>();
        List<Double> theirs = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            try (DelayProxy line = new DelayProxy(sshd.sshPort(), Duration.ofMillis(25));
                    Server.OpenTunnel tunnel = sshd.openThrough(line.port(), bulk.port(), Bench.CIPHER)) {
                theirs.add((some >> 20) / tunnel.visitor().download(some));
            }
            try (DelayProxy line = new DelayProxy(gateway.sshPort(), Duration.ofMillis(25));
                    Server.OpenTunnel tunnel =
                            gateway.openThrough(line.port(), Server.Kind.TCP, bulk.port(), Bench.CIPHER)) {
                ours.add((some >> 20) / tunnel.visitor().download(some));
            }
        }
        results.ratio(
                "download at 50 ms round trip",
                "%.0f MiB/s (sshd -R: %.0f MiB/s)".formatted(median(ours), median(theirs)),
                median(ours) / median(theirs),
                atLeast(4));
    }

    /**
     * Visitors that stop reading must cost bounded memory and must not slow the others: neither those of another tunnel nor,
     * as far as the client itself allows (the baseline shows how far), those of the same one.
     */
    void stalled(Sshd sshd, Gateway gateway) throws IOException, InterruptedException {
        double atBaseline;
        try (Server.OpenTunnel tunnel = sshd.open(Server.Kind.TCP, bulk.port(), Bench.CIPHER)) {
            atBaseline = besideStalled(sshd, tunnel, tunnel).ratio();
        }
        try (Server.OpenTunnel tunnel = gateway.open(Server.Kind.TCP, bulk.port(), Bench.CIPHER);
                Server.OpenTunnel other = gateway.open(Server.Kind.TCP, bulk.port(), Bench.CIPHER)) {
            Beside inOther = besideStalled(gateway, tunnel, other);
            results.bound(
                    STALLED_COUNT + " stalled visitors: memory grown, MiB",
                    inOther.grownBytes() / (1 << 20) + " MiB",
                    inOther.grownBytes() / (double) (1 << 20),
                    atMost(256));
            results.ratio(
                    STALLED_COUNT + " stalled visitors: download in another tunnel vs alone",
                    inOther.toString(),
                    inOther.ratio(),
                    atLeast(0.9));
            Beside inSame = besideStalled(gateway, tunnel, tunnel);
            results.ratio(
                    STALLED_COUNT + " stalled visitors: download in the same tunnel vs alone, beside that of sshd -R",
                    "%s (sshd -R: %s×)".formatted(inSame, number(atBaseline)),
                    inSame.ratio() / atBaseline,
                    atLeast(0.9));
        }
    }

    /** Downloads alone and beside stalled visitors, and the memory these cost. */
    private record Beside(Transfer alone, Transfer beside, long grownBytes) {
        double ratio() {
            return beside.mibPerSecond() / alone.mibPerSecond();
        }

        @Override
        public String toString() {
            return "%s (alone: %s)".formatted(beside, alone);
        }
    }

    private Beside besideStalled(Server server, Server.OpenTunnel stalling, Server.OpenTunnel measured)
            throws IOException {
        transfer(server, measured, Direction.DOWN);
        Transfer alone = downloads(server, measured);
        long before = ProcessUsage.ofTree(server.pid()).residentBytes();
        List<Socket> stalled = new ArrayList<>();
        try {
            for (int i = 0; i < STALLED_COUNT; i++) {
                stalled.add(stalling.visitor().stall(64L << 20));
            }
            // The first one runs while the stalled ones' buffers still fill.
            transfer(server, measured, Direction.DOWN);
            Transfer beside = downloads(server, measured);
            long grown = ProcessUsage.ofTree(server.pid()).residentBytes() - before;
            return new Beside(alone, beside, grown);
        } finally {
            for (Socket socket : stalled) {
                socket.close();
            }
        }
    }

    private Transfer downloads(Server server, Server.OpenTunnel tunnel) throws IOException {
        List<Transfer> all = new ArrayList<>();
        for (int round = 0; round < Math.max(3, rounds); round++) {
            all.add(transfer(server, tunnel, Direction.DOWN));
        }
        return Transfer.median(all);
    }

    /** Tunnels that do nothing: memory, threads, log-in cost, and requests beside them. */
    void idle(Gateway gateway, List<Integer> counts) throws IOException, InterruptedException {
        try (IdleTunnels tunnels = new IdleTunnels(gateway);
                Server.OpenTunnel tunnel = gateway.open(Server.Kind.HTTP, nginx.port(), Bench.CIPHER)) {
            load(gateway.pid(), tunnel, true);
            Load alone = repeated(gateway, tunnel);
            int open = 0;
            for (int count : counts) {
                ProcessUsage before = ProcessUsage.ofTree(gateway.pid());
                double perSecond = tunnels.openUpTo(count, OPENERS);
                ProcessUsage after = ProcessUsage.ofTree(gateway.pid());
                double cpuMillis = after.cpuSecondsSince(before) * 1000 / (count - open);
                open = count;
                results.bound(
                        count + " idle tunnels: resident MiB",
                        "%d MiB, %d threads".formatted(after.residentBytes() >> 20, after.threadCount()),
                        after.residentBytes() / (double) (1 << 20),
                        atMost(1024));
                results.figure(count + " idle tunnels: opened per second", number(perSecond));
                results.bound(
                        count + " idle tunnels: server CPU per log-in with forward, ms",
                        number(cpuMillis),
                        cpuMillis,
                        atMost(4));
            }
            long started = System.nanoTime();
            long clientsBefore = ownCpuNanos();
            Load beside = repeated(gateway, tunnel);
            double clientCores = (ownCpuNanos() - clientsBefore) / (double) (System.nanoTime() - started);
            // The idle clients answer probes on the same cores, which takes requests away but is no work of the server
            results.ratio(
                    "requests/s at " + open + " open tunnels vs at 1",
                    "%s (at 1: %s); the idle clients used %.2f cores".formatted(beside, alone, clientCores),
                    beside.requestsPerSecond() / alone.requestsPerSecond(),
                    atLeast(0.95));
        }
    }

    /** Of this process, which runs the idle clients; not of its children. */
    private static long ownCpuNanos() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }

    private Load repeated(Gateway gateway, Server.OpenTunnel tunnel) throws IOException, InterruptedException {
        List<Load> all = new ArrayList<>();
        for (int round = 0; round < Math.max(3, rounds); round++) {
            all.add(load(gateway.pid(), tunnel, true));
        }
        return Load.median(all);
    }

    /** Rate, latency and server CPU of one run of small requests. */
    private record Load(double requestsPerSecond, double cpuMillisPerThousand, double p50, double p99, String errors) {
        static Load median(List<Load> all) {
            return new Load(
                    Scenarios.median(all.stream().map(Load::requestsPerSecond).toList()),
                    Scenarios.median(
                            all.stream().map(Load::cpuMillisPerThousand).toList()),
                    Scenarios.median(all.stream().map(Load::p50).toList()),
                    Scenarios.median(all.stream().map(Load::p99).toList()),
                    all.stream()
                            .map(Load::errors)
                            .filter(text -> !text.isEmpty())
                            .findFirst()
                            .orElse(""));
        }

        @Override
        public String toString() {
            return "%.0f/s, %.1f CPU ms per 1,000, p50 %.1f ms, p99 %.1f ms%s"
                    .formatted(
                            requestsPerSecond,
                            cpuMillisPerThousand,
                            p50,
                            p99,
                            errors.isEmpty() ? "" : ", errors: " + errors);
        }
    }

    private Load load(long pid, Server.OpenTunnel tunnel, boolean keepAlive) throws IOException, InterruptedException {
        ProcessUsage before = ProcessUsage.ofTree(pid);
        Wrk.Figures figures = Wrk.run(tunnel.visitorPort(), tunnel.host(), VISITORS, keepAlive, length);
        double cpu = ProcessUsage.ofTree(pid).cpuSecondsSince(before);
        return new Load(
                figures.requestsPerSecond(),
                cpu * 1_000_000 / figures.requestCount(),
                figures.p50Millis(),
                figures.p99Millis(),
                figures.errors());
    }

    private Transfer transfer(Server server, Server.OpenTunnel tunnel, Direction direction) throws IOException {
        ProcessUsage before = ProcessUsage.ofTree(server.pid());
        double took = switch (direction) {
            case DOWN -> tunnel.visitor().download(bytes);
            case UP -> tunnel.visitor().upload(bytes);
        };
        double cpu = ProcessUsage.ofTree(server.pid()).cpuSecondsSince(before);
        return new Transfer(bytes / took / (1 << 20), cpu / (bytes / GIB));
    }

    private static List<Server.Kind> kindsOf(Server server) {
        return server instanceof Gateway ? List.of(Server.Kind.TCP, Server.Kind.HTTP) : List.of(Server.Kind.TCP);
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.get(sorted.size() / 2);
    }
}
