package io.portrgateway.tunnel.metrics;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToDoubleFunction;

/** Meters of what is recorded for the request inspector. Thread-safe. */
public final class CaptureMetrics {

    /** Why an exchange is not recorded. */
    public enum Drop {
        /** Its tunnel has had more than its rate. */
        RATE,
        /** The queue has no room: the database is away or slow. */
        FULL,
        /** The disk budget is used up, and no old day is left to drop. */
        DISK,
        /** The database does not take it. */
        FAILED,
        /** The server stops. */
        CLOSED
    }

    /** Why an exchange is recorded with less than its mode says. */
    public enum Cut {
        /** Without bodies: its team has as much as it may. */
        TEAM_BYTES,
        /** Without header fields and bodies: its team wants them encrypted, and there is no key. */
        NO_SEAL_KEY
    }

    /** Why a frame that passed is not recorded. */
    public enum FrameDrop {
        /** Its stream has had as many as it may. */
        LIMIT,
        /** Its tunnel is not recorded any more. */
        OFF,
        /** The disk budget is used up, and no old day is left to drop. */
        DISK,
        /** The queue has no room. */
        FULL,
        /** The database does not take it. */
        FAILED,
        /** The server stops. */
        CLOSED
    }

    private final MeterRegistry registry;
    private final Map<Cut, Counter> cuts = new EnumMap<>(Cut.class);
    private final Counter daysDropped;
    private final AtomicLong diskBytes = new AtomicLong();
    private final Map<FrameDrop, Counter> frameDrops = new EnumMap<>(FrameDrop.class);
    private final Counter framesWritten;
    private final Counter malformed;
    private final Map<Drop, Counter> drops = new EnumMap<>(Drop.class);
    private final Counter written;
    private final Counter bodiesCut;
    private final Timer batch;

    public CaptureMetrics(MeterRegistry registry) {
        this.registry = registry;
        for (Drop drop : Drop.values()) {
            drops.put(
                    drop,
                    Counter.builder("portr.capture.dropped")
                            .tag("reason", drop.name().toLowerCase(Locale.ROOT))
                            .description("Exchanges that were not recorded, by why")
                            .register(registry));
        }
        for (Cut cut : Cut.values()) {
            cuts.put(
                    cut,
                    Counter.builder("portr.capture.cut")
                            .tag("reason", cut.name().toLowerCase(Locale.ROOT))
                            .description(
                                    "Exchanges recorded without their bodies or heads, and frames without their content, by why")
                            .register(registry));
        }
        this.daysDropped = Counter.builder("portr.capture.days.dropped")
                .description("Days of recorded exchanges that were dropped to stay within the disk budget")
                .register(registry);
        Gauge.builder("portr.capture.disk", diskBytes, AtomicLong::get)
                .baseUnit("bytes")
                .description("Disk that the tables of recorded exchanges take, as last looked")
                .register(registry);
        for (FrameDrop drop : FrameDrop.values()) {
            frameDrops.put(
                    drop,
                    Counter.builder("portr.capture.frames.dropped")
                            .tag("reason", drop.name().toLowerCase(Locale.ROOT))
                            .description("Frames and events that passed and were not recorded, by why")
                            .register(registry));
        }
        this.framesWritten = Counter.builder("portr.capture.frames.written")
                .description("Frames of WebSockets and server-sent events recorded in the database")
                .register(registry);
        this.malformed = Counter.builder("portr.capture.streams.malformed")
                .description("Directions of WebSockets whose frames could not be followed")
                .register(registry);
        this.written = Counter.builder("portr.capture.written")
                .description("Exchanges recorded in the database")
                .register(registry);
        this.bodiesCut = Counter.builder("portr.capture.bodies.cut")
                .description("Bodies kept in part only because the queue had no room")
                .register(registry);
        this.batch = Timer.builder("portr.capture.batch")
                .description("Time of writing one batch of exchanges")
                .register(registry);
    }

    /** Shows how much is held on the heap, in running exchanges and in the queue. */
    public void watchHeldBytes(AtomicLong heldBytes) {
        Gauge.builder("portr.capture.queued", heldBytes, AtomicLong::get)
                .baseUnit("bytes")
                .description("Heap held by records that are not written yet")
                .register(registry);
    }

    /** Exchanges were not recorded. */
    public void dropped(Drop why, int count) {
        requireNonNull(drops.get(why)).increment(count);
    }

    /** One batch is in the database. */
    public void written(int count, long nanos) {
        written.increment(count);
        batch.record(nanos, TimeUnit.NANOSECONDS);
    }

    /** A body is kept in part only because the queue had no room. */
    public void bodyCut() {
        bodiesCut.increment();
    }

    /** Shows whether nothing is recorded for want of disk. */
    public <T> void watchPause(T what, ToDoubleFunction<T> isPaused) {
        Gauge.builder("portr.capture.paused", what, isPaused)
                .description("1 while nothing is recorded because the disk budget is used up")
                .register(registry);
    }

    /** Exchanges are recorded with less than their mode says. */
    public void cut(Cut why, int count) {
        requireNonNull(cuts.get(why)).increment(count);
    }

    /** What the tables take now. */
    public void diskUsed(long bytes) {
        diskBytes.set(bytes);
    }

    /** A day was dropped before its time. */
    public void dayDropped() {
        daysDropped.increment();
    }

    /** Frames are in the database. */
    public void framesWritten(int count) {
        framesWritten.increment(count);
    }

    /** Frames were not recorded. */
    public void frameDropped(FrameDrop why, int count) {
        requireNonNull(frameDrops.get(why)).increment(count);
    }

    /** What passes one way is no WebSocket, though both sides said so. */
    public void malformed() {
        malformed.increment();
    }
}
