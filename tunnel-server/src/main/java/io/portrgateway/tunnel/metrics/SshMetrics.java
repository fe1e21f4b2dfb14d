package io.portrgateway.tunnel.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** Meters of the SSH side. Thread-safe. */
public final class SshMetrics {

    /** How a log-in ended. */
    public enum Login {
        PORTR,
        SSH_KEY,
        SSH_PASSWORD,
        DENIED,
        TIMED_OUT,
        UNAVAILABLE
    }

    /** How a request for a forward ended. */
    public enum Forward {
        OPENED,
        REFUSED,
        MALFORMED,
        UNAVAILABLE,
        CANCELLED
    }

    /** Which limit refused something. */
    public enum Limit {
        UNAUTHENTICATED,
        UNAUTHENTICATED_PER_ADDRESS,
        LOGIN_FAILURES,
        LOGIN_TRIES,
        SESSIONS_PER_MEMBERSHIP,
        FORWARDS,
        PENDING_REQUESTS,
        CONSOLE_LINES
    }

    /** Why a stream to a client could not be opened. */
    public enum StreamFailure {
        REFUSED,
        TIMEOUT,
        LIMIT,
        CLOSED
    }

    private final AtomicInteger sessions = new AtomicInteger();
    private final AtomicInteger unauthenticated = new AtomicInteger();
    private final AtomicInteger forwards = new AtomicInteger();
    private final Map<Login, Counter> logins;
    private final Map<Forward, Counter> forwardRequests;
    private final Map<Limit, Counter> refusals;
    private final Counter heartbeatLosses;
    private final Counter requestsRefused;
    private final Timer loginTime;
    private final AtomicInteger streams = new AtomicInteger();
    private final AtomicLong windowBytes = new AtomicLong();
    private final Map<StreamFailure, Counter> streamFailures;
    private final Counter streamRetries;
    private final Timer streamOpenTime;
    private final AcceptFailures acceptFailures;

    public SshMetrics(MeterRegistry registry) {
        acceptFailures = new AcceptFailures(registry, "ssh");
        registry.gauge("portr_ssh_sessions", sessions);
        registry.gauge("portr_ssh_sessions_unauthenticated", unauthenticated);
        registry.gauge("portr_ssh_forwards", forwards);
        logins = counters(Login.class, outcome -> registry.counter("portr_ssh_logins_total", "outcome", tag(outcome)));
        forwardRequests = counters(
                Forward.class,
                outcome -> registry.counter("portr_ssh_forward_requests_total", "outcome", tag(outcome)));
        refusals = counters(Limit.class, limit -> registry.counter("portr_ssh_refusals_total", "limit", tag(limit)));
        heartbeatLosses = registry.counter("portr_ssh_heartbeat_losses_total");
        requestsRefused = registry.counter("portr_ssh_requests_refused_total");
        loginTime = Timer.builder("portr_ssh_login_seconds")
                .description("from accept to log-in")
                .publishPercentileHistogram()
                .register(registry);
        registry.gauge("portr_ssh_streams", streams);
        registry.gauge("portr_ssh_window_bytes", windowBytes);
        streamFailures = counters(
                StreamFailure.class,
                failure -> registry.counter("portr_ssh_stream_failures_total", "reason", tag(failure)));
        streamRetries = registry.counter("portr_ssh_stream_retries_total");
        streamOpenTime = Timer.builder("portr_ssh_stream_open_seconds")
                .description("from asking the client for a stream to its consent")
                .publishPercentileHistogram()
                .register(registry);
    }

    /** The last handler of the listening socket. */
    public AcceptFailures acceptFailures() {
        return acceptFailures;
    }

    /** How many connections are not logged in yet. */
    public void unauthenticated(int count) {
        unauthenticated.set(count);
    }

    /** A session is logged in. */
    public void sessionBegan(Duration sinceAccept) {
        sessions.incrementAndGet();
        loginTime.record(sinceAccept);
    }

    /** A logged-in session ended. */
    public void sessionEnded() {
        sessions.decrementAndGet();
    }

    /** A log-in was decided. */
    public void login(Login outcome) {
        count(logins, outcome);
    }

    /** A request for a forward, or for its end, was answered. */
    public void forward(Forward outcome) {
        count(forwardRequests, outcome);
    }

    /** A forward is live. */
    public void forwardBegan() {
        forwards.incrementAndGet();
    }

    /** A live forward ended. */
    public void forwardEnded() {
        forwards.decrementAndGet();
    }

    /** A limit refused or dropped something. */
    public void refused(Limit limit) {
        count(refusals, limit);
    }

    /** A session was ended because nothing was heard of it. */
    public void heartbeatLost() {
        heartbeatLosses.increment();
    }

    /** A request for anything but a forward (a command, a file transfer, …) was refused. */
    public void requestRefused() {
        requestsRefused.increment();
    }

    /** A client agreed to a stream. */
    public void streamBegan(Duration sinceAsked) {
        streams.incrementAndGet();
        streamOpenTime.record(sinceAsked);
    }

    /** An agreed stream ended. */
    public void streamEnded() {
        streams.decrementAndGet();
    }

    /** A stream could not be opened. */
    public void streamFailed(StreamFailure failure) {
        count(streamFailures, failure);
    }

    /** A client did not know its forward yet and is asked again (portr-protocol 3.5). */
    public void streamRetried() {
        streamRetries.increment();
    }

    /** How much all clients together may send ahead of slow visitors. */
    public void windows(long reservedBytes) {
        windowBytes.set(reservedBytes);
    }

    private static <E extends Enum<E>> Map<E, Counter> counters(Class<E> type, Function<E, Counter> make) {
        Map<E, Counter> counters = new EnumMap<>(type);
        for (E constant : type.getEnumConstants()) {
            counters.put(constant, make.apply(constant));
        }
        return counters;
    }

    private static <E extends Enum<E>> void count(Map<E, Counter> counters, E which) {
        Counter counter = counters.get(which);
        if (counter != null) {
            counter.increment();
        }
    }

    private static String tag(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
