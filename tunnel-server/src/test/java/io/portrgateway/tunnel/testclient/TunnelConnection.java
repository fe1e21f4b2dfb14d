package io.portrgateway.tunnel.testclient;

import io.portrgateway.tunnel.testclient.PortrClientConfig.Kind;
import io.portrgateway.tunnel.testclient.PortrStartException.Stage;
import io.portrgateway.tunnel.testclient.Violation.Rule;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.apache.sshd.client.SshClient;

/** One SSH connection with its one forward (protocol sections 3.4 to 3.7). Thread-safe. */
final class TunnelConnection implements AutoCloseable {

    static final String ANY_ADDRESS = "0.0.0.0";
    private static final Duration SETUP_LIMIT = Duration.ofSeconds(20);
    private static final int PROHIBITED = 1;
    private static final int CONNECT_FAILED = 2;
    // IP literals only: the text goes to the JDK's parser afterwards, which would resolve names
    private static final Pattern IPV4 = Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})");
    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    private final PortrClientConfig config;
    private final StreamServer server;
    private final Counts counts;
    private final SshLink link;
    private volatile int requestedPort;
    private volatile boolean registered;

    private TunnelConnection(
            SshClient client, PortrClientConfig config, String connectionId, StreamServer server, Counts counts)
            throws PortrStartException {
        this.config = config;
        this.server = server;
        this.counts = counts;
        this.link = SshLink.dial(
                client, config.sshHost(), config.sshPort(), connectionId + ":" + config.secretKey(), new Listener());
    }

    /** Connects, logs in and asks for the candidate ports one after the other. */
    static TunnelConnection open(
            SshClient client,
            PortrClientConfig config,
            String connectionId,
            List<Integer> candidates,
            StreamServer server,
            Counts counts)
            throws PortrStartException {
        TunnelConnection connection = new TunnelConnection(client, config, connectionId, server, counts);
        try {
            connection.forward(candidates);
            return connection;
        } catch (PortrStartException e) {
            connection.close();
            throw e;
        }
    }

    private void forward(List<Integer> candidates) throws PortrStartException {
        for (int port : candidates) {
            requestedPort = port;
            if (ask("tcpip-forward", port).success()) {
                registerAfterDelay();
                return;
            }
        }
        throw new PortrStartException(Stage.FORWARD, "all " + candidates.size() + " ports were refused");
    }

    private Reply ask(String request, int port) throws PortrStartException {
        try {
            return link.request(request, true, Mux.forward(ANY_ADDRESS, port))
                    .get(SETUP_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            String said = link.disconnectText().isEmpty()
                    ? String.valueOf(e.getCause().getMessage())
                    : link.disconnectText();
            throw new PortrStartException(Stage.FORWARD, said, e.getCause());
        } catch (TimeoutException e) {
            throw new PortrStartException(Stage.FORWARD, request + " was not answered", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PortrStartException(Stage.FORWARD, "interrupted", e);
        }
    }

    private void registerAfterDelay() {
        Duration delay = config.registerForwardAfterReplyDelay();
        if (delay.isZero()) {
            registered = true;
            return;
        }
        CompletableFuture.delayedExecutor(delay.toNanos(), TimeUnit.NANOSECONDS).execute(() -> registered = true);
    }

    /** Asks the server whether it is still there, each interval, until the connection ends. Blocks. */
    void keepAlive() {
        while (sleepUnlessEnded(config.keepaliveInterval())) {
            String problem = probe();
            if (problem != null && link.isUp()) {
                counts.violated(new Violation(Rule.KEEPALIVE_UNANSWERED, problem));
                link.cut();
            }
        }
    }

    private @org.jspecify.annotations.Nullable String probe() {
        try {
            Reply reply = link.request("keepalive@openssh.com", true, buffer -> {})
                    .get(config.keepaliveReplyLimit().toNanos(), TimeUnit.NANOSECONDS);
            counts.keepalives.incrementAndGet();
            return reply.success() ? null : "answered by REQUEST_FAILURE";
        } catch (TimeoutException e) {
            return "no answer within " + config.keepaliveReplyLimit();
        } catch (ExecutionException e) {
            // the connection is gone: no fault of an answer
            link.cut();
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    private boolean sleepUnlessEnded(Duration time) {
        try {
            link.ended().get(time.toNanos(), TimeUnit.NANOSECONDS);
            return false;
        } catch (TimeoutException e) {
            return true;
        } catch (ExecutionException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Asks the server to end the forward and waits for the answer. */
    void cancelForward(Duration limit) throws IOException {
        try {
            link.request("cancel-tcpip-forward", true, Mux.forward(ANY_ADDRESS, requestedPort))
                    .get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("cancel was not answered", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    boolean isUp() {
        return link.isUp();
    }

    boolean isForwarded() {
        return link.isUp() && registered;
    }

    int requestedPort() {
        return requestedPort;
    }

    SshLink link() {
        return link;
    }

    @Override
    public void close() {
        link.cut();
    }

    /** What several connections of one client count together. Thread-safe. */
    static final class Counts {
        final AtomicInteger accepted = new AtomicInteger();
        final AtomicInteger rejected = new AtomicInteger();
        final AtomicInteger reconnects = new AtomicInteger();
        final AtomicInteger keepalives = new AtomicInteger();
        private final List<Violation> violations = new java.util.concurrent.CopyOnWriteArrayList<>();

        void violated(Violation violation) {
            violations.add(violation);
        }

        List<Violation> violations() {
            return List.copyOf(violations);
        }
    }

    /** Random candidate ports as the client draws them. */
    static List<Integer> candidates(Kind kind, boolean distinct) {
        int first = kind == Kind.HTTP ? 20_000 : 30_001;
        int last = kind == Kind.HTTP ? 29_999 : 40_000;
        var ports = java.util.concurrent.ThreadLocalRandom.current().ints(first, last + 1);
        return (distinct ? ports.distinct() : ports).limit(10).boxed().toList();
    }

    static boolean isIpLiteral(String address) {
        var v4 = IPV4.matcher(address);
        if (v4.matches()) {
            return java.util.stream.IntStream.rangeClosed(1, 4).allMatch(i -> Integer.parseInt(v4.group(i)) < 256);
        }
        if (!IPV6.matcher(address).matches()) {
            return false;
        }
        try {
            return java.net.InetAddress.getByName(address) != null;
        } catch (java.net.UnknownHostException e) {
            return false;
        }
    }

    private final class Listener implements MuxListener {
        @Override
        public Verdict judge(Opening opening) {
            if (!isIpLiteral(opening.address()) || opening.port() < 1 || opening.port() > 65_535) {
                counts.violated(new Violation(Rule.WRONG_FORWARD, opening.toString()));
                return new Verdict(CONNECT_FAILED, "cannot parse address");
            }
            if (!isIpLiteral(opening.originator())
                    || opening.originatorPort() < 1
                    || opening.originatorPort() > 65_535) {
                counts.violated(new Violation(Rule.BAD_ORIGINATOR, opening.toString()));
                return new Verdict(CONNECT_FAILED, "cannot parse originator");
            }
            if (!opening.address().equals(ANY_ADDRESS) || opening.port() != requestedPort) {
                counts.violated(new Violation(Rule.WRONG_FORWARD, opening.toString()));
                return new Verdict(PROHIBITED, "no forward for address");
            }
            if (!registered) {
                counts.rejected.incrementAndGet();
                return new Verdict(PROHIBITED, "no forward for address");
            }
            return Verdict.ACCEPT;
        }

        @Override
        public void opened(ClientStream stream) {
            counts.accepted.incrementAndGet();
            Thread.ofVirtual().name("portr-stream-" + stream.id()).start(() -> {
                try {
                    server.serve(stream);
                } catch (IOException | RuntimeException endOfStream) {
                    // the other side of the relay is gone; closing tells the server
                } finally {
                    stream.close();
                }
            });
        }

        @Override
        public void violated(Violation violation) {
            counts.violated(violation);
        }
    }
}
