package io.portrgateway.tunnel.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.portrgateway.tunnel.config.StoreConfig;
import io.portrgateway.tunnel.metrics.StoreMetrics;
import io.portrgateway.tunnel.metrics.StoreMetrics.Result;
import io.portrgateway.tunnel.metrics.StoreMetrics.Task;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs transactions on virtual threads over a small pool. What waits is bounded, and more is refused. While the database
 * is unreachable, tasks fail at once, except for one in a while that finds out whether it is back. Thread-safe.
 */
final class Database implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Database.class);

    private static final int ATTEMPT_COUNT = 4;
    private static final long PROBE_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    /** Serialization failure, deadlock, unique violation: another transaction was faster, and the next try sees it. */
    private static final Set<String> LOST_RACES = Set.of("40001", "40P01", "23505");

    private final StoreConfig config;
    private final StoreMetrics metrics;
    private final HikariDataSource pool;
    private final Semaphore permits;
    private final AtomicInteger unfinished = new AtomicInteger();
    /** Null while the database answers; else since when it does not, as {@link System#nanoTime()}. */
    private final AtomicReference<@Nullable Long> downSince = new AtomicReference<>();

    private final AtomicLong lastProbe = new AtomicLong(System.nanoTime());

    /** One transaction. It may roll back by itself; otherwise it is committed. It may run more than once. */
    @FunctionalInterface
    interface Work<T> {
        T run(Connection connection) throws SQLException;
    }

    Database(StoreConfig config, StoreMetrics metrics) {
        this.config = config;
        this.metrics = metrics;
        this.permits = new Semaphore(config.poolSize());
        HikariConfig hikari = new HikariConfig();
        hikari.setPoolName("store");
        hikari.setJdbcUrl(config.jdbcUrl());
        hikari.setUsername(config.user());
        hikari.setPassword(config.password().reveal());
        hikari.setDataSourceProperties(driverProperties());
        hikari.setMaximumPoolSize(config.poolSize());
        hikari.setMinimumIdle(Math.min(2, config.poolSize()));
        hikari.setConnectionTimeout(config.connectTimeout().toMillis());
        hikari.setValidationTimeout(config.connectTimeout().toMillis());
        hikari.setAutoCommit(false);
        // The server starts without its database and says so, instead of not starting
        hikari.setInitializationFailTimeout(-1);
        this.pool = new HikariDataSource(hikari);
        metrics.upChanged(true);
    }

    /** Runs the work in a transaction; completes exceptionally with {@link StoreException} when it cannot be done. */
    <T> CompletableFuture<T> submit(Task task, Work<T> work) {
        if (pool.isClosed() || (downSince.get() != null && !isProbeDue())) {
            metrics.taskEnded(task, Result.UNAVAILABLE, Duration.ZERO);
            return CompletableFuture.failedFuture(new StoreException("the database cannot be reached", null));
        }
        int count = unfinished.incrementAndGet();
        if (count > config.queueLimit()) {
            unfinished.decrementAndGet();
            metrics.taskRefused();
            return CompletableFuture.failedFuture(new StoreException("too many questions wait for the database", null));
        }
        metrics.waitingChanged(count);
        CompletableFuture<T> future = new CompletableFuture<>();
        Thread.ofVirtual().name("store-" + task).start(() -> run(task, work, future));
        return future;
    }

    /** A connection outside the pool with auto-commit on; the caller closes it. */
    Connection connectApart() throws SQLException {
        Properties properties = driverProperties();
        properties.setProperty("user", config.user());
        properties.setProperty("password", config.password().reveal());
        return DriverManager.getConnection(config.jdbcUrl(), properties);
    }

    @Override
    public void close() {
        pool.close();
    }

    private <T> void run(Task task, Work<T> work, CompletableFuture<T> future) {
        long start = System.nanoTime();
        T value;
        try {
            value = runInTurn(work);
        } catch (SQLException | RuntimeException | InterruptedException failure) {
            leave();
            boolean unavailable = isUnavailable(failure);
            metrics.taskEnded(task, unavailable ? Result.UNAVAILABLE : Result.FAILED, since(start));
            if (unavailable) {
                wentDown(failure);
            } else {
                LOG.error("store task failed task={}", task, failure);
            }
            future.completeExceptionally(new StoreException("the database could not be asked", failure));
            return;
        }
        leave();
        metrics.taskEnded(task, Result.DONE, since(start));
        cameUp();
        future.complete(value);
    }

    private <T> T runInTurn(Work<T> work) throws SQLException, InterruptedException {
        Duration patience = config.statementTimeout().plus(config.connectTimeout());
        if (!permits.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new StoreException("the database is too slow", null);
        }
        try {
            return runWithRetries(work);
        } finally {
            permits.release();
        }
    }

    private <T> T runWithRetries(Work<T> work) throws SQLException {
        for (int attempt = 1; ; attempt++) {
            try {
                return runOnce(work);
            } catch (SQLException failure) {
                // A pooled connection may have died unseen: the second try gets another one
                boolean again = LOST_RACES.contains(String.valueOf(failure.getSQLState()))
                        || (attempt <= 2 && isBroken(failure) && downSince.get() == null);
                if (!again || attempt == ATTEMPT_COUNT) {
                    throw failure;
                }
                metrics.transactionRetried();
            }
        }
    }

    private <T> T runOnce(Work<T> work) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            return transact(connection, work);
        }
    }

    /** Runs the work on a connection that has auto-commit off, and commits. */
    static <T> T transact(Connection connection, Work<T> work) throws SQLException {
        try {
            T value = work.run(connection);
            connection.commit();
            return value;
        } catch (SQLException | RuntimeException failure) {
            try {
                connection.rollback();
            } catch (SQLException broken) {
                failure.addSuppressed(broken);
            }
            throw failure;
        }
    }

    /** Whether the failure says that the connection or the server is gone, and not that the statement was wrong. */
    static boolean isBroken(SQLException failure) {
        String state = String.valueOf(failure.getSQLState());
        return state.startsWith("08") || state.startsWith("57P") || state.equals("53300");
    }

    private static boolean isUnavailable(Throwable failure) {
        return failure instanceof SQLException sql
                && (isBroken(sql) || sql instanceof java.sql.SQLTransientConnectionException);
    }

    private void leave() {
        metrics.waitingChanged(unfinished.decrementAndGet());
    }

    private boolean isProbeDue() {
        long last = lastProbe.get();
        long now = System.nanoTime();
        return now - last > PROBE_INTERVAL_NANOS && lastProbe.compareAndSet(last, now);
    }

    /** Notes that the database cannot be reached, seen by whoever tried. */
    void wentDown(Throwable failure) {
        if (!pool.isClosed() && downSince.compareAndSet(null, System.nanoTime())) {
            metrics.upChanged(false);
            LOG.warn("database unreachable reason=\"{}\"", rootMessage(failure));
        }
    }

    /** Notes that the database answers, seen by whoever used it. */
    void cameUp() {
        Long since = downSince.getAndSet(null);
        if (since != null) {
            metrics.upChanged(true);
            LOG.info("database reachable again downMillis={}", since(since).toMillis());
        }
    }

    static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage()).replace('\n', ' ');
    }

    private Properties driverProperties() {
        Properties properties = new Properties();
        properties.setProperty("ApplicationName", "portr-tunnel " + config.nodeId());
        properties.setProperty(
                "connectTimeout",
                Long.toString(Math.max(1, config.connectTimeout().toSeconds())));
        // A server that vanished without a word must not hold a thread for ever
        properties.setProperty(
                "socketTimeout", Long.toString(config.statementTimeout().toSeconds() + 5));
        properties.setProperty("tcpKeepAlive", "true");
        // The details of an error quote values of the row
        properties.setProperty("logServerErrorDetail", "false");
        properties.setProperty(
                "options", "-c statement_timeout=" + config.statementTimeout().toMillis());
        return properties;
    }

    private static Duration since(long startNanos) {
        return Duration.ofNanos(System.nanoTime() - startNanos);
    }
}
