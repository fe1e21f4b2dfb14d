package io.portrgateway.tunnel.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** Meters of the Service whose ports follow the TCP tunnels. Thread-safe. */
public final class KubernetesMetrics {

    /** How one comparison of the Service with the open tunnels went. */
    public enum Result {
        CHANGED,
        UNCHANGED,
        /** Somebody else changed the Service in the same instant. */
        CONFLICT,
        /** The API does not let us. */
        FORBIDDEN,
        /** The API does not take a port that was to be added. */
        INVALID,
        /** The API takes the question for a wrong one. */
        REFUSED,
        /** The API does not answer, or not usefully. */
        UNAVAILABLE
    }

    private final Map<Result, Counter> results = new EnumMap<>(Result.class);
    private final AtomicInteger presentCount = new AtomicInteger();
    private final AtomicInteger missingCount = new AtomicInteger();
    private final Counter rejected;

    public KubernetesMetrics(MeterRegistry registry) {
        for (Result result : Result.values()) {
            results.put(
                    result,
                    Counter.builder("portr.kubernetes.syncs")
                            .tag("result", result.name().toLowerCase(Locale.ROOT))
                            .description("Comparisons of the Service's ports with the open TCP tunnels by result")
                            .register(registry));
        }
        rejected = Counter.builder("portr.kubernetes.ports.rejected")
                .description("Times that the API did not take one port of a TCP tunnel")
                .register(registry);
        Gauge.builder("portr.kubernetes.ports", presentCount::get)
                .description("Ports of TCP tunnels in the Service, as last seen")
                .register(registry);
        Gauge.builder("portr.kubernetes.ports.missing", missingCount::get)
                .description("Open TCP tunnels whose port is not in the Service, as last seen")
                .register(registry);
    }

    public void synced(Result result) {
        Counter counter = results.get(result);
        if (counter != null) {
            counter.increment();
        }
    }

    public void seen(int present, int missing) {
        presentCount.set(present);
        missingCount.set(missing);
    }

    /** The API did not take one port. */
    public void rejected() {
        rejected.increment();
    }

    public void missing(int missing) {
        missingCount.set(missing);
    }
}
