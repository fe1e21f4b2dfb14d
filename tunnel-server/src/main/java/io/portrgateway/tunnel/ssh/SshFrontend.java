package io.portrgateway.tunnel.ssh;

import io.portrgateway.tunnel.config.PublicUrls;
import io.portrgateway.tunnel.config.SshConfig;
import io.portrgateway.tunnel.config.TransportConfig;
import io.portrgateway.tunnel.metrics.SshMetrics;
import io.portrgateway.tunnel.registry.Accounts;
import io.portrgateway.tunnel.registry.CloseReason;
import io.portrgateway.tunnel.registry.Forwards;
import io.portrgateway.tunnel.registry.LiveSessions;
import io.portrgateway.tunnel.registry.Owner;
import io.portrgateway.tunnel.transport.EventLoops;
import io.portrgateway.tunnel.transport.NettyIoSession;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.apache.sshd.common.PropertyResolverUtils;
import org.apache.sshd.common.Service;
import org.apache.sshd.common.ServiceFactory;
import org.apache.sshd.common.io.IoAcceptor;
import org.apache.sshd.common.io.IoSession;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.ServerBuilder;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.auth.password.UserAuthPasswordFactory;
import org.apache.sshd.server.session.ServerSessionImpl;
import org.apache.sshd.server.session.SessionFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The SSH side as a whole: listens, keeps the sessions, and lets them go at a steady pace.
 *
 * <p>Thread-safe. {@link #start}, {@link #stopAccepting} and {@link #close} wait for the sockets and are not for event
 * loops.
 */
public final class SshFrontend implements LiveSessions, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SshFrontend.class);

    /** Behind {@code SSH-2.0-}. Clients work around bugs by this text: it must not look like an old OpenSSH. */
    private static final String IDENTIFICATION = "PortrGateway";

    private static final long PACE_MILLIS = 20;
    private static final Duration CLOSE_WAIT = Duration.ofSeconds(3);

    private final SshContext context;
    private final EventLoops loops;
    private final Server server;
    private final Set<SshSession> sessions = ConcurrentHashMap.newKeySet();
    private final AtomicLong sessionCount = new AtomicLong();
    private final String sessionPrefix = Integer.toString(new SecureRandom().nextInt(36 * 36 * 36), 36);

    /** Builds the SSH side; nothing listens before {@link #start}. */
    public SshFrontend(
            SshConfig config,
            TransportConfig transport,
            PublicUrls urls,
            HostKey hostKey,
            EventLoops loops,
            Accounts accounts,
            Forwards forwards,
            SshMetrics metrics) {
        SshLimits limits = new SshLimits(config, metrics);
        SshDataPath dataPath = new SshDataPath(loops, transport, metrics);
        this.context = new SshContext(config, urls, accounts, forwards, dataPath, limits, metrics);
        this.loops = loops;
        this.server = build(hostKey);
        dataPath.install(server, limits);
        server.setCipherFactories(Algorithms.ciphers(config.ciphers()));
        server.setSessionFactory(new Sessions());
    }

    /** Listens. Throws with the address when it cannot be had. */
    public void start() throws IOException {
        InetSocketAddress address = context.config().address();
        server.setHost(address.getAddress().getHostAddress());
        server.setPort(address.getPort());
        server.start();
        LOG.info("ssh_listening address={}", address());
    }

    /** Where SSH listens; with a free port chosen when the settings said 0. */
    public InetSocketAddress address() {
        return server.bound().stream()
                .filter(InetSocketAddress.class::isInstance)
                .map(InetSocketAddress.class::cast)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("ssh: not listening (expected: started)"));
    }

    /** Whether new clients are accepted. */
    public boolean isListening() {
        return !server.bound().isEmpty();
    }

    /** Sessions that are open, logged in or not. */
    public int sessionCount() {
        return sessions.size();
    }

    @Override
    public Collection<Owner> owners() {
        return sessions.stream().map(SshSession::owner).filter(Objects::nonNull).toList();
    }

    @Override
    public void end(Predicate<Owner> which, CloseReason reason) {
        for (SshSession session : sessions) {
            Owner owner = session.owner();
            if (owner != null && which.test(owner)) {
                session.end(reason, reason.sentence());
            }
        }
    }

    /** Accepts nobody any more; sessions go on. Idempotent. */
    public void stopAccepting() {
        server.stopAccepting();
    }

    /**
     * Ends the sessions at the configured rate: each is taken out of the routes, finishes what is in flight, and is told
     * to come back. Completes when all are gone or the grace time is over; never exceptionally.
     */
    public CompletionStage<Void> drain() {
        stopAccepting();
        Duration grace = context.config().drain().grace();
        long deadlineNanos = System.nanoTime() + grace.toNanos();
        List<SshSession> draining = List.copyOf(sessions);
        long evenly = draining.size() * 2L * 1000 / Math.max(1, grace.toMillis());
        long perSecond = Math.max(context.config().drain().sessionsPerSecond(), evenly);
        CompletableFuture<Void> gone = new CompletableFuture<>();
        LOG.info("ssh_draining sessions={} per_second={}", draining.size(), perSecond);
        new Drain(draining, perSecond, deadlineNanos, gone).step();
        return gone;
    }

    /** Ends whatever is left, at once, and frees the sockets. Idempotent. */
    @Override
    public void close() {
        stopAccepting();
        sessions.forEach(session -> session.end(CloseReason.SHUTDOWN, CloseReason.SHUTDOWN.sentence()));
        try {
            server.close(true).await(CLOSE_WAIT);
        } catch (IOException interrupted) {
            LOG.warn("ssh_close_incomplete error={}", interrupted.getClass().getSimpleName());
        }
    }

    private Server build(HostKey hostKey) {
        Server made = (Server) ServerBuilder.builder()
                .factory(Server::new)
                .keyExchangeFactories(Algorithms.keyExchanges())
                .macFactories(Algorithms.macs())
                .compressionFactories(Algorithms.compressions())
                .signatureFactories(Algorithms.signatures())
                .build();
        made.setKeyPairProvider(hostKey.provider());
        made.setServiceFactories(List.of(
                new Services(UserAuthService.NAME, SshSession::beginLogin),
                new Services(ForwardingService.NAME, session -> new ForwardingService(session, context))));
        // MINA wants one although the log-in service here does not use it.
        made.setUserAuthFactories(List.of(UserAuthPasswordFactory.INSTANCE));
        made.setGlobalRequestHandlers(List.of());
        PropertyResolverUtils.updateProperty(
                made, CoreModuleProperties.SERVER_IDENTIFICATION.getName(), IDENTIFICATION);
        // Both times are kept by SshSession and Heartbeat; MINA would walk over all sessions every second.
        CoreModuleProperties.AUTH_TIMEOUT.set(made, Duration.ZERO);
        CoreModuleProperties.IDLE_TIMEOUT.set(made, Duration.ZERO);
        CoreModuleProperties.TCP_NODELAY.set(made, true);
        CoreModuleProperties.IGNORE_MESSAGE_SIZE.set(made, 0);
        CoreModuleProperties.IGNORE_MESSAGE_FREQUENCY.set(made, 0L);
        CoreModuleProperties.MAX_CONCURRENT_CHANNELS.set(
                made, context.config().session().maxChannels());
        return made;
    }

    /** MINA's server with its acceptor in reach. */
    private static final class Server extends SshServer {

        void stopAccepting() {
            IoAcceptor listening = acceptor;
            if (listening != null) {
                listening.unbind();
            }
        }

        Set<SocketAddress> bound() {
            IoAcceptor listening = acceptor;
            return listening == null ? Set.of() : listening.getBoundAddresses();
        }
    }

    private final class Sessions extends SessionFactory {

        Sessions() {
            super(server);
        }

        @Override
        protected ServerSessionImpl doCreateSession(IoSession transport) throws Exception {
            String id = sessionPrefix + "-" + Long.toString(sessionCount.incrementAndGet(), 36);
            SshSession session = new SshSession(getServer(), (NettyIoSession) transport, context, id, sessions::remove);
            sessions.add(session);
            return session;
        }
    }

    @FunctionalInterface
    private interface ServiceMaker {
        Service make(SshSession session) throws IOException;
    }

    private record Services(String name, ServiceMaker maker) implements ServiceFactory {

        @Override
        public String getName() {
            return name;
        }

        @Override
        public Service create(Session session) throws IOException {
            return maker.make((SshSession) session);
        }
    }

    /** Ends sessions a few at a time, so that their clients do not all come back to the next node at once. */
    private final class Drain {

        private final List<SshSession> draining;
        private final long perSecond;
        private final long startNanos = System.nanoTime();
        private final long deadlineNanos;
        private final CompletableFuture<Void> gone;
        private int begunCount;

        Drain(List<SshSession> draining, long perSecond, long deadlineNanos, CompletableFuture<Void> gone) {
            this.draining = draining;
            this.perSecond = perSecond;
            this.deadlineNanos = deadlineNanos;
            this.gone = gone;
        }

        void step() {
            long now = System.nanoTime();
            boolean late = now - deadlineNanos >= 0;
            long due = late ? draining.size() : 1 + (now - startNanos) * perSecond / 1_000_000_000L;
            for (; begunCount < Math.min(due, draining.size()); begunCount++) {
                draining.get(begunCount).drain(deadlineNanos);
            }
            if (sessions.isEmpty() || late) {
                gone.complete(null);
            } else {
                loops.group().next().schedule(this::step, PACE_MILLIS, TimeUnit.MILLISECONDS);
            }
        }
    }
}
