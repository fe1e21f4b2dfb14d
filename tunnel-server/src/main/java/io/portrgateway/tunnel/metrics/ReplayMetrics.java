package io.portrgateway.tunnel.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Meters of requests that are sent again. Thread-safe. */
public final class ReplayMetrics {

    private final MeterRegistry registry;
    private final ConcurrentMap<String, Counter> ended = new ConcurrentHashMap<>();
    private final AtomicInteger running = new AtomicInteger();
    private final Timer time;

    public ReplayMetrics(MeterRegistry registry) {
        this.registry = registry;
        Gauge.builder("portr.replays.active", running, AtomicInteger::get)
                .description("Replays now being sent")
                .register(registry);
        this.time = Timer.builder("portr.replays.time")
                .description("Time of a replay until the end of its answer")
                .register(registry);
        ended("done", 0);
    }

    /** So many replays are being sent. */
    public void runningChanged(int count) {
        running.set(count);
    }

    /** One is over. */
    public void sent(String result, Duration duration) {
        ended(result, 1);
        time.record(duration);
    }

    /**
     * Some are over.
     *
     * @param result {@code done}, or the failure's word
     */
    public void ended(String result, int count) {
        ended.computeIfAbsent(
                        result,
                        word -> Counter.builder("portr.replays")
                                .tag("result", word)
                                .description("Replays by how they ended")
                                .register(registry))
                .increment(count);
    }
}
