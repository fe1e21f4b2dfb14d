package io.portrgateway.tunnel.ssh;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.netty.channel.ChannelHandler;
import io.portrgateway.tunnel.config.SshConfig;
import io.portrgateway.tunnel.metrics.SshMetrics;
import io.portrgateway.tunnel.metrics.SshMetrics.Limit;
import io.portrgateway.tunnel.transport.ConnectionGate;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts what may be used up: connections not logged in, failed log-ins, sessions of a member. Thread-safe. */
final class SshLimits implements ConnectionGate {

    /** Addresses whose failures are remembered; the least recently used is forgotten first. */
    private static final int MAX_REMEMBERED_ADDRESS_COUNT = 100_000;

    private static final int IPV6_NETWORK_BYTES = 8;

    private final SshConfig config;
    private final SshMetrics metrics;
    private final AtomicInteger unauthenticated = new AtomicInteger();
    private final ConcurrentMap<InetAddress, Integer> unauthenticatedByAddress = new ConcurrentHashMap<>();
    private final ConcurrentMap<Long, Integer> sessionsByMembership = new ConcurrentHashMap<>();
    private final Cache<InetAddress, Bucket> failureBudgets = Caffeine.newBuilder()
            .maximumSize(MAX_REMEMBERED_ADDRESS_COUNT)
            .expireAfterAccess(Duration.ofMinutes(2))
            .build();

    SshLimits(SshConfig config, SshMetrics metrics) {
        this.config = config;
        this.metrics = metrics;
    }

    /** Whether a new connection may try to log in: while it is admitted and not logged in it counts. */
    @Override
    public boolean admit(InetSocketAddress client) {
        InetAddress network = network(client.getAddress());
        if (isOutOfFailures(network)) {
            metrics.refused(Limit.LOGIN_FAILURES);
            return false;
        }
        count(network, 1);
        if (unauthenticated.get() > config.login().maxUnauthenticated()) {
            count(network, -1);
            metrics.refused(Limit.UNAUTHENTICATED);
            return false;
        }
        if (unauthenticatedByAddress.getOrDefault(network, 0) > config.login().maxUnauthenticatedPerAddress()) {
            count(network, -1);
            metrics.refused(Limit.UNAUTHENTICATED_PER_ADDRESS);
            return false;
        }
        return true;
    }

    @Override
    public List<ChannelHandler> listenerHandlers() {
        return List.of(metrics.acceptFailures());
    }

    @Override
    public void left(InetSocketAddress client) {
        count(network(client.getAddress()), -1);
    }

    /** A connection of the address logged in; {@link #loggedOut} must follow when it ends. */
    void loggedIn(InetAddress address) {
        count(network(address), -1);
    }

    /** Balances {@link #loggedIn}, so that {@link #left} may take every connection for one that is not logged in. */
    void loggedOut(InetAddress address) {
        count(network(address), 1);
    }

    /** Whether the address has used up its failed log-ins for now. */
    boolean mayNotTry(InetAddress address) {
        boolean refused = isOutOfFailures(network(address));
        if (refused) {
            metrics.refused(Limit.LOGIN_FAILURES);
        }
        return refused;
    }

    /** Notes one failed log-in. */
    void loginFailed(InetAddress address) {
        budget(network(address)).tryConsume(1);
    }

    /** Whether the membership may have one more session; when true, {@link #leaveSession} must follow exactly once. */
    boolean enterSession(long membershipId) {
        int count = sessionsByMembership.merge(membershipId, 1, Integer::sum);
        if (count > config.session().maxPerMembership()) {
            leaveSession(membershipId);
            metrics.refused(Limit.SESSIONS_PER_MEMBERSHIP);
            return false;
        }
        return true;
    }

    /** Ends what {@link #enterSession} began. */
    void leaveSession(long membershipId) {
        sessionsByMembership.computeIfPresent(membershipId, (id, count) -> count == 1 ? null : count - 1);
    }

    private void count(InetAddress network, int change) {
        metrics.unauthenticated(unauthenticated.addAndGet(change));
        unauthenticatedByAddress.merge(network, change, (count, by) -> count + by == 0 ? null : count + by);
    }

    private boolean isOutOfFailures(InetAddress network) {
        Bucket budget = failureBudgets.getIfPresent(network);
        return budget != null && budget.getAvailableTokens() == 0;
    }

    private Bucket budget(InetAddress network) {
        int perMinute = config.login().failuresPerMinute();
        return failureBudgets.get(
                network,
                key -> Bucket.builder()
                        .addLimit(limit -> limit.capacity(perMinute).refillGreedy(perMinute, Duration.ofMinutes(1)))
                        .build());
    }

    /** One customer commonly has a whole IPv6 /64, so that is what counts as one address. */
    private static InetAddress network(InetAddress address) {
        if (!(address instanceof Inet6Address)) {
            return address;
        }
        byte[] bytes = address.getAddress();
        Arrays.fill(bytes, IPV6_NETWORK_BYTES, bytes.length, (byte) 0);
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("address length: " + bytes.length + " (expected: 16)", impossible);
        }
    }
}
