package io.portrgateway.tunnel.http;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one event loop has to look after, checked in one coarse tick: a timer per request or connection would cost more
 * than the requests. Deadlines are therefore late by up to one tick. Confined to its event loop.
 */
final class Watch {

    private final long tickNanos;
    private @Nullable Entry first;
    private boolean ticking;

    private Watch(long tickNanos) {
        this.tickNanos = tickNanos;
    }

    /** Something with a deadline. */
    interface Watched {

        /** Called once per tick, with the loop's time. */
        void check(long nowNanos);

        /** The gateway stops: finish what is in flight, start nothing. */
        default void drain() {}

        /** The grace time is over. */
        default void cut() {}
    }

    /** One place on one loop's list at a time. */
    static final class Entry {

        private final Watched watched;
        private @Nullable Watch watch;
        private @Nullable Entry previous;
        private @Nullable Entry next;

        Entry(Watched watched) {
            this.watched = watched;
        }
    }

    /** The watches of all loops. Thread-safe. */
    static final class Loops {

        private final long tickNanos;
        private final List<EventLoop> loops = new CopyOnWriteArrayList<>();
        private final FastThreadLocal<Watch> watches = new FastThreadLocal<>();

        Loops(long tickNanos) {
            this.tickNanos = tickNanos;
        }

        /** Begins to look after the entry, on the loop that calls. */
        void add(EventLoop loop, Entry entry) {
            remove(entry);
            watch(loop).add(loop, entry);
        }

        /** Ends it; called on the loop that looks after it. */
        void remove(Entry entry) {
            if (entry.watch != null) {
                entry.watch.remove(entry);
            }
        }

        /** Runs the action for every entry, on its loop. Any thread. */
        void each(Consumer<Watched> action) {
            for (EventLoop loop : loops) {
                loop.execute(() -> watch(loop).each(action));
            }
        }

        private Watch watch(EventLoop loop) {
            @Nullable Watch watch = watches.getIfExists();
            if (watch == null) {
                watch = new Watch(tickNanos);
                watches.set(watch);
                loops.add(loop);
            }
            return watch;
        }
    }

    private void add(EventLoop loop, Entry entry) {
        entry.watch = this;
        entry.next = first;
        if (first != null) {
            first.previous = entry;
        }
        first = entry;
        if (!ticking) {
            ticking = true;
            schedule(loop);
        }
    }

    private void remove(Entry entry) {
        if (entry.previous != null) {
            entry.previous.next = entry.next;
        } else {
            first = entry.next;
        }
        if (entry.next != null) {
            entry.next.previous = entry.previous;
        }
        entry.watch = null;
        entry.previous = null;
        entry.next = null;
    }

    private void schedule(EventLoop loop) {
        loop.schedule(() -> tick(loop), tickNanos, TimeUnit.NANOSECONDS);
    }

    private void tick(EventLoop loop) {
        long now = loop.ticker().nanoTime();
        @Nullable Entry entry = first;
        while (entry != null) {
            // Taken before the check, which may end the entry. Should it end the next one too, the rest waits a tick.
            @Nullable Entry next = entry.next;
            entry.watched.check(now);
            entry = next;
        }
        ticking = first != null;
        if (ticking) {
            schedule(loop);
        }
    }

    private void each(Consumer<Watched> action) {
        List<Watched> all = new ArrayList<>();
        for (@Nullable Entry entry = first; entry != null; entry = entry.next) {
            all.add(entry.watched);
        }
        all.forEach(action);
    }
}
