package io.portrgateway.tunnel.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** Meters of the public TCP ports. Thread-safe. */
public final class TcpMetrics {

    private final AtomicInteger listenerCount = new AtomicInteger();
    private final AtomicInteger visitorCount = new AtomicInteger();
    private final LongAdder toVisitorBytes = new LongAdder();
    private final LongAdder toUpstreamBytes = new LongAdder();
    private final Map<TcpOutcome, Counter> outcomes = new EnumMap<>(TcpOutcome.class);
    private final Timer open;
    private final Counter bound;
    private final Counter takenOver;
    private final Counter refused;
    private final Counter acceptFailures;

    public TcpMetrics(MeterRegistry registry) {
        Gauge.builder("portr.tcp.listeners", listenerCount::get)
                .description("Public TCP ports that are open")
                .register(registry);
        Gauge.builder("portr.tcp.visitors", visitorCount::get)
                .description("Visitors connected to TCP tunnels")
                .register(registry);
        FunctionCounter.builder("portr.tcp.bytes", toVisitorBytes, LongAdder::sum)
                .tag("direction", "to_visitor")
                .baseUnit("bytes")
                .description("Payload relayed through TCP tunnels")
                .register(registry);
        FunctionCounter.builder("portr.tcp.bytes", toUpstreamBytes, LongAdder::sum)
                .tag("direction", "to_upstream")
                .baseUnit("bytes")
                .description("Payload relayed through TCP tunnels")
                .register(registry);
        for (TcpOutcome outcome : TcpOutcome.values()) {
            outcomes.put(
                    outcome,
                    Counter.builder("portr.tcp.connections")
                            .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
                            .description("Finished visitor connections of TCP tunnels by how they ended")
                            .register(registry));
        }
        this.open = Timer.builder("portr.tcp.open")
                .description("From accepting a visitor to its stream through the client")
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofMillis(1))
                .maximumExpectedValue(Duration.ofSeconds(10))
                .register(registry);
        this.bound = listen(registry, "bound");
        this.takenOver = listen(registry, "taken_over");
        this.refused = listen(registry, "refused");
        this.acceptFailures = Counter.builder("portr.tcp.accept.failures")
                .description("Visitors that could not be accepted, usually for want of file descriptors")
                .register(registry);
    }

    private static Counter listen(MeterRegistry registry, String result) {
        return Counter.builder("portr.tcp.listen")
                .tag("result", result)
                .description("Requests for a public TCP port by result")
                .register(registry);
    }

    public void listenerOpened() {
        listenerCount.incrementAndGet();
        bound.increment();
    }

    public void listenerTakenOver() {
        takenOver.increment();
    }

    public void listenRefused() {
        refused.increment();
    }

    public void listenerClosed() {
        listenerCount.decrementAndGet();
    }

    public void acceptFailed() {
        acceptFailures.increment();
    }

    public void visitorAccepted() {
        visitorCount.incrementAndGet();
    }

    public void visitorGone() {
        visitorCount.decrementAndGet();
    }

    public void ended(TcpOutcome outcome) {
        Counter counter = outcomes.get(outcome);
        if (counter != null) {
            counter.increment();
        }
    }

    public void opened(Duration sinceAccept) {
        open.record(sinceAccept);
    }

    public void toVisitor(int byteCount) {
        toVisitorBytes.add(byteCount);
    }

    public void toUpstream(int byteCount) {
        toUpstreamBytes.add(byteCount);
    }
}
