package io.portrgateway.load;

import static io.portrgateway.load.Results.Target.atLeast;
import static io.portrgateway.load.Results.Target.atMost;
import static io.portrgateway.load.Results.number;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What is measured. Each scenario alternates between the servers it compares and takes medians over the rounds. */
final class Scenarios {

    private static final double GIB = 1L << 30;
    private static final int VISITORS = 256;
    private static final int STALLED_COUNT = 50;

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
            Load sshd = Load.median(all.of(servers.getFirst().name()));
            Load ours = Load.median(all.of(servers.getLast().name()));
            results.ratio(
                    keepAlive ? "HTTP keep-alive, 256 visitors, requests/s" : "HTTP new connection each, requests/s",
                    "%s (sshd -R: %s)".formatted(ours, sshd),
                    ours.requestsPerSecond() / sshd.requestsPerSecond(),
                    atLeast(keepAlive ? 1.1 : 1.5));
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

    /** Visitors that stop reading must cost bounded memory and must not slow the others. */
    void stalled(Gateway gateway) throws IOException, InterruptedException {
        try (Server.OpenTunnel tunnel = gateway.open(Server.Kind.TCP, bulk.port(), Bench.CIPHER)) {
            Transfer alone = transfer(gateway, tunnel, Direction.DOWN);
            long before = ProcessUsage.ofTree(gateway.pid()).residentBytes();
            List<Socket> stalled = new ArrayList<>();
            try {
                for (int i = 0; i < STALLED_COUNT; i++) {
                    stalled.add(tunnel.visitor().stall(64L << 20));
                }
                Transfer beside = transfer(gateway, tunnel, Direction.DOWN);
                long grown = ProcessUsage.ofTree(gateway.pid()).residentBytes() - before;
                results.bound(
                        STALLED_COUNT + " stalled visitors: memory grown, MiB",
                        grown / (1 << 20) + " MiB",
                        grown / (double) (1 << 20),
                        atMost(256));
                results.ratio(
                        STALLED_COUNT + " stalled visitors: another download vs alone",
                        "%s (alone: %s)".formatted(beside, alone),
                        beside.mibPerSecond() / alone.mibPerSecond(),
                        atLeast(0.9));
            } finally {
                for (Socket socket : stalled) {
                    socket.close();
                }
            }
        }
    }

    /** Tunnels that do nothing: memory, threads, log-in cost, and requests beside them. */
    void idle(Gateway gateway, List<Integer> counts) throws IOException, InterruptedException {
        try (IdleTunnels tunnels = new IdleTunnels(gateway);
                Server.OpenTunnel tunnel = gateway.open(Server.Kind.HTTP, nginx.port(), Bench.CIPHER)) {
            load(gateway.pid(), tunnel, true);
            Load alone = load(gateway.pid(), tunnel, true);
            int open = 0;
            for (int count : counts) {
                ProcessUsage before = ProcessUsage.ofTree(gateway.pid());
                double perSecond = tunnels.openUpTo(count, 8);
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
            Load beside = load(gateway.pid(), tunnel, true);
            results.ratio(
                    "requests/s at " + open + " open tunnels vs at 1",
                    "%s (at 1: %s)".formatted(beside, alone),
                    beside.requestsPerSecond() / alone.requestsPerSecond(),
                    atLeast(0.95));
        }
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
