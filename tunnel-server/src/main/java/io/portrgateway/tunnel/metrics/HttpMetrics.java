package io.portrgateway.tunnel.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Meters of the public HTTP edge. Thread-safe. */
public final class HttpMetrics {

    private static final Duration[] BUCKETS = {
        Duration.ofMillis(1),
        Duration.ofMillis(2),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofMillis(2500),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofSeconds(120)
    };

    private final MeterRegistry registry;
    private final LongAdder[] answered = new LongAdder[6];
    private final ConcurrentMap<String, LongAdder> failures = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, LongAdder> refusals = new ConcurrentHashMap<>();
    private final Timer open;
    private final Timer firstByte;
    private final Timer total;
    private final LongAdder bytesToVisitor;
    private final LongAdder bytesToUpstream;
    private final LongAdder poolHits;
    private final LongAdder poolMisses;
    private final LongAdder poolFull;
    private final LongAdder retries;
    private final LongAdder moves;
    private final LongAdder reloads;
    private final LongAdder reloadFailures;
    private final LongAdder connections = new LongAdder();
    private final LongAdder exchanges = new LongAdder();
    private final LongAdder upgraded = new LongAdder();
    private final LongAdder idleStreams = new LongAdder();
    private final AcceptFailures acceptFailures;

    public HttpMetrics(MeterRegistry registry) {
        acceptFailures = new AcceptFailures(registry, "http");
        this.registry = registry;
        for (int i = 1; i < answered.length; i++) {
            answered[i] = outcome(i + "xx");
        }
        answered[0] = outcome("upgraded");
        open = phase("open");
        firstByte = phase("first-byte");
        total = phase("total");
        bytesToVisitor = bytes("visitor");
        bytesToUpstream = bytes("upstream");
        poolHits = stream("reused");
        poolMisses = stream("opened");
        poolFull = stream("discarded");
        retries = counter("portr.http.retries", "Requests sent again because a stream ended without an answer");
        moves = counter("portr.http.moves", "Visitor connections moved to their session's event loop");
        reloads = counter("portr.http.certificate.reloads", "Certificates taken over from changed files");
        reloadFailures =
                counter("portr.http.certificate.reload.failures", "Changed certificate files that cannot be used");
        gauge("portr.http.connections", connections, "Visitor connections now open");
        gauge("portr.http.exchanges.active", exchanges, "Exchanges now in flight");
        gauge("portr.http.upgraded.active", upgraded, "Upgraded connections now open");
        gauge("portr.http.streams.idle", idleStreams, "Idle streams kept for reuse");
    }

    /** The last handler of each listening socket. */
    public AcceptFailures acceptFailures() {
        return acceptFailures;
    }

    /** An exchange ended with the service's answer. */
    public void answered(int status) {
        int kind = status == 101 ? 0 : Math.clamp(status / 100, 1, 5);
        answered[kind].increment();
    }

    /** An exchange failed; {@code tag} is from the closed set of failures. */
    public void failed(String tag) {
        failures.computeIfAbsent(tag, this::outcome).increment();
    }

    /** Something was refused, cut or dropped; {@code tag} is from a closed set. */
    public void refused(String tag) {
        refusals.computeIfAbsent(
                        tag,
                        reason -> adder("portr.http.refused", "Visitor connections refused or cut", "reason", reason))
                .increment();
    }

    public void opened(long nanos) {
        open.record(nanos, TimeUnit.NANOSECONDS);
    }

    public void firstByte(long nanos) {
        firstByte.record(nanos, TimeUnit.NANOSECONDS);
    }

    public void total(long nanos) {
        total.record(nanos, TimeUnit.NANOSECONDS);
    }

    public void toVisitor(long byteCount) {
        bytesToVisitor.add(byteCount);
    }

    public void toUpstream(long byteCount) {
        bytesToUpstream.add(byteCount);
    }

    public void streamReused() {
        poolHits.increment();
    }

    public void streamOpened() {
        poolMisses.increment();
    }

    /** A stream that could have been kept was closed because enough are idle, or because its client cannot reuse it. */
    public void streamDiscarded() {
        poolFull.increment();
    }

    public void idleStreams(int change) {
        idleStreams.add(change);
    }

    public void retried() {
        retries.increment();
    }

    public void moved() {
        moves.increment();
    }

    public void certificateReloaded() {
        reloads.increment();
    }

    public void certificateReloadFailed() {
        reloadFailures.increment();
    }

    public void connections(int change) {
        connections.add(change);
    }

    public void exchanges(int change) {
        exchanges.add(change);
    }

    public void upgraded(int change) {
        upgraded.add(change);
    }

    private LongAdder outcome(String tag) {
        return adder("portr.http.exchanges", "Exchanges by outcome", "outcome", tag);
    }

    private Timer phase(String tag) {
        return Timer.builder("portr.http.exchange.duration")
                .description("Time from the request head until the phase was reached")
                .tag("phase", tag)
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }

    private LongAdder bytes(String direction) {
        return adder("portr.http.bytes", "Body bytes moved", "to", direction);
    }

    private LongAdder stream(String tag) {
        return adder("portr.http.streams", "Streams to services by how they were had", "how", tag);
    }

    /** Counts in an adder that is read when the meters are: a counter of the registry costs more on every request. */
    private LongAdder adder(String name, String meaning, String... tags) {
        LongAdder value = new LongAdder();
        FunctionCounter.builder(name, value, LongAdder::sum)
                .description(meaning)
                .tags(tags)
                .register(registry);
        return value;
    }

    private LongAdder counter(String name, String meaning) {
        return adder(name, meaning);
    }

    private void gauge(String name, LongAdder value, String meaning) {
        Gauge.builder(name, value, LongAdder::sum).description(meaning).register(registry);
    }
}
