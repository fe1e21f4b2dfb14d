package io.portrgateway.admin.inspector;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.portrgateway.admin.settings.AdminSettings;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/**
 * Tells whoever watches a team's exchanges that there are new ones. One thread of this replica hears what tunnel-server tells,
 * on a connection of its own, and asks once a second as well: a pooler, or an outage, may keep the telling back. It runs only
 * while somebody watches. What is new the watcher reads by itself, from its own place on, so that nothing is lost whatever
 * was told. Thread-safe.
 */
@Component
class ExchangeFeed {

    private static final Logger log = LoggerFactory.getLogger(ExchangeFeed.class);

    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final Duration RETRY = Duration.ofSeconds(5);

    /** Also pages that were left count, until a heartbeat cannot be written to them: whoever pages quickly leaves many. */
    private static final int WATCHERS_PER_HOLDER = 64;

    private final JdbcClient database;
    private final AdminSettings.DatabaseSettings login;
    private final int maxWatchers;
    private final Set<Watcher> watchers = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Counter refused;
    private boolean running;

    ExchangeFeed(JdbcClient database, AdminSettings settings, MeterRegistry meters) {
        this.database = database;
        this.login = settings.database();
        this.maxWatchers = settings.tunnels().maxWatchers();
        Gauge.builder("portr.requests.watchers", watchers, Set::size)
                .description("Pages and calls that this replica tells about new requests")
                .register(meters);
        this.refused = Counter.builder("portr.requests.watchers.refused")
                .description("Pages and calls that were not told, because as many as may be were")
                .register(meters);
    }

    /** One page that is open somewhere, or one call that waits. Its user is the one thread that waits. */
    final class Watcher implements AutoCloseable {

        private final long teamId;
        private final String holder;
        private final Semaphore news = new Semaphore(0);

        private Watcher(long teamId, String holder) {
            this.teamId = teamId;
            this.holder = holder;
        }

        /** Whether there may be something new; false after the time. */
        boolean await(Duration longest) throws InterruptedException {
            boolean told = news.tryAcquire(Math.max(0, longest.toMillis()), TimeUnit.MILLISECONDS);
            news.drainPermits();
            return told;
        }

        /** Waits in any case, so that what comes meanwhile is read together; ends early when the server does. */
        void gather(Duration length) throws InterruptedException {
            closing.await(length.toMillis(), TimeUnit.MILLISECONDS);
        }

        /** Whether the server goes on. */
        boolean isOpen() {
            return closing.getCount() > 0;
        }

        private void tell() {
            if (news.availablePermits() == 0) {
                news.release();
            }
        }

        @Override
        public void close() {
            watchers.remove(this);
        }
    }

    /**
     * A watcher of the team, or nothing when there are as many as may be: in all, or of this holder.
     *
     * @param holder a session, or a user
     */
    synchronized Optional<Watcher> watch(long teamId, String holder) {
        long ofHolder = watchers.stream()
                .filter(watcher -> watcher.holder.equals(holder))
                .count();
        if (closing.getCount() == 0 || watchers.size() >= maxWatchers || ofHolder >= WATCHERS_PER_HOLDER) {
            refused.increment();
            return Optional.empty();
        }
        Watcher watcher = new Watcher(teamId, holder);
        watchers.add(watcher);
        if (!running) {
            running = true;
            Thread.ofVirtual().name("exchange-feed").start(this::run);
        }
        return Optional.of(watcher);
    }

    /** Before the web server waits for its requests to end, of which each watcher is one. */
    @EventListener(ContextClosedEvent.class)
    void close() {
        closing.countDown();
        watchers.forEach(Watcher::tell);
    }

    private synchronized boolean isIdle() {
        if (!watchers.isEmpty() && closing.getCount() > 0) {
            return false;
        }
        running = false;
        return true;
    }

    private void run() {
        @Nullable Listener listener = null;
        long nextTry = System.nanoTime();
        long nextLook = nextTry;
        Map<Long, Long> known = new HashMap<>();
        boolean failing = false;
        try {
            while (!isIdle()) {
                if (listener == null && System.nanoTime() - nextTry >= 0) {
                    nextTry = System.nanoTime() + RETRY.toNanos();
                    listener = Listener.open(login.main());
                }
                Set<Long> told = Set.of();
                try {
                    if (listener == null) {
                        closing.await(INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
                    } else {
                        told = listener.await(INTERVAL);
                    }
                } catch (SQLException lost) {
                    if (listener != null) {
                        listener.close();
                        listener = null;
                    }
                }
                tell(told);
                if (System.nanoTime() - nextLook >= 0) {
                    nextLook = System.nanoTime() + INTERVAL.toNanos();
                    failing = look(known, failing);
                }
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } finally {
            if (listener != null) {
                listener.close();
            }
        }
    }

    private void tell(Set<Long> teams) {
        for (Watcher watcher : watchers) {
            if (teams.contains(watcher.teamId)) {
                watcher.tell();
            }
        }
    }

    /** Whether the database could not be asked, which is said once. */
    private boolean look(Map<Long, Long> known, boolean failing) {
        Set<Long> teams = watchers.stream().map(watcher -> watcher.teamId).collect(Collectors.toSet());
        try {
            Map<Long, Long> now = new HashMap<>();
            database.sql("""
                            select t.id, coalesce(
                                (select e.seq from exchange e where e.team_id = t.id order by e.seq desc limit 1), 0)
                            from unnest(cast(:teams as bigint[])) t (id)
                            """).param("teams", teams.toArray(Long[]::new)).query(row -> {
                now.put(row.getLong(1), row.getLong(2));
            });
            Set<Long> changed = teams.stream()
                    .filter(team -> !now.getOrDefault(team, 0L).equals(known.get(team)))
                    .collect(Collectors.toSet());
            known.clear();
            known.putAll(now);
            tell(changed);
            return false;
        } catch (DataAccessException | TransactionException failure) {
            // the pages keep what they show; the next look tells them what they missed
            if (!failing) {
                log.warn("exchange_feed_failed reason={}", failure.getMessage());
            }
            return true;
        }
    }

    /** The team ids of a notification; what is no number is left out. */
    static Set<Long> teams(String payload) {
        return Arrays.stream(payload.split(","))
                .map(String::strip)
                .filter(id -> id.matches("\\d{1,18}"))
                .map(Long::valueOf)
                .collect(Collectors.toSet());
    }
}
