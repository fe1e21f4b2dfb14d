package io.portrgateway.admin.connection;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.portrgateway.admin.settings.AdminSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/**
 * Tells whoever watches a team's connections that they have changed. One thread of this replica asks the database once a
 * second, and only for teams that somebody watches; what changed through another replica or a node is seen the same way. A
 * watcher that is slow misses states and not the last one. Thread-safe.
 */
@Component
class LiveFeed {

    private static final Logger log = LoggerFactory.getLogger(LiveFeed.class);

    private static final Duration INTERVAL = Duration.ofSeconds(1);

    /** Also pages that were left count, until a heartbeat cannot be written to them. */
    private static final int WATCHERS_PER_SESSION = 16;

    private final ConnectionRows rows;
    private final int maxWatchers;
    private final Set<Watcher> watchers = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final AtomicReference<@Nullable Thread> poller = new AtomicReference<>();
    private final Counter refused;
    private boolean failing;

    LiveFeed(ConnectionRows rows, AdminSettings settings, MeterRegistry meters) {
        this.rows = rows;
        this.maxWatchers = settings.tunnels().maxWatchers();
        Gauge.builder("portr.live.watchers", watchers, Set::size)
                .description("Pages that this replica sends live updates to")
                .register(meters);
        this.refused = Counter.builder("portr.live.watchers.refused")
                .description("Pages that got no live updates, because as many as may be had them")
                .register(meters);
    }

    /** One page that is open somewhere. Its user is the one thread that waits. */
    final class Watcher implements AutoCloseable {

        private final long teamId;
        private final String session;
        private final BlockingQueue<ConnectionRows.Live> news = new ArrayBlockingQueue<>(1);
        private String told;

        private Watcher(long teamId, String session, String seen) {
            this.teamId = teamId;
            this.session = session;
            this.told = seen;
        }

        /** What the team's connections are like now, once that differs from before; nothing within the time. */
        Optional<ConnectionRows.Live> await(Duration longest) throws InterruptedException {
            return Optional.ofNullable(news.poll(longest.toMillis(), TimeUnit.MILLISECONDS));
        }

        /** Whether the server goes on. */
        boolean isOpen() {
            return closing.getCount() > 0;
        }

        /** On the poller's thread only. */
        private void tell(ConnectionRows.Live state) {
            if (!state.fingerprint().equals(told)) {
                told = state.fingerprint();
                news.clear();
                news.add(state);
            }
        }

        @Override
        public void close() {
            watchers.remove(this);
        }
    }

    /**
     * A watcher of the team, or nothing when there are as many as may be: in all, or of this session.
     *
     * @param seen the fingerprint of what the page shows already; the empty text to be told in any case
     */
    synchronized Optional<Watcher> watch(long teamId, String session, String seen) {
        long ofSession = watchers.stream()
                .filter(watcher -> watcher.session.equals(session))
                .count();
        if (closing.getCount() == 0 || watchers.size() >= maxWatchers || ofSession >= WATCHERS_PER_SESSION) {
            refused.increment();
            return Optional.empty();
        }
        Watcher watcher = new Watcher(teamId, session, seen);
        watchers.add(watcher);
        if (poller.get() == null) {
            Thread thread = Thread.ofVirtual().name("live-feed").unstarted(this::run);
            poller.set(thread);
            thread.start();
        }
        return Optional.of(watcher);
    }

    /** Before the web server waits for its requests to end, of which each watcher is one. */
    @EventListener(ContextClosedEvent.class)
    void close() {
        closing.countDown();
        watchers.forEach(watcher -> watcher.news.offer(new ConnectionRows.Live(watcher.teamId, 0, "")));
    }

    private void run() {
        try {
            while (!closing.await(INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
                if (isIdle()) {
                    return;
                }
                look();
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean isIdle() {
        if (!watchers.isEmpty()) {
            return false;
        }
        poller.set(null);
        return true;
    }

    private void look() {
        List<Watcher> asking = List.copyOf(watchers);
        Set<Long> teams = asking.stream().map(watcher -> watcher.teamId).collect(Collectors.toSet());
        try {
            Map<Long, ConnectionRows.Live> now = rows.live(teams);
            failing = false;
            for (Watcher watcher : asking) {
                Optional.ofNullable(now.get(watcher.teamId)).ifPresent(watcher::tell);
            }
        } catch (DataAccessException | TransactionException failure) {
            // the pages keep what they show; the next look tells them what they missed
            if (!failing) {
                log.warn("live_feed_failed reason={}", failure.getMessage());
            }
            failing = true;
        }
    }
}
