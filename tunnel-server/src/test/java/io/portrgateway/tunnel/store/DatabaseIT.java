package io.portrgateway.tunnel.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.portrgateway.tunnel.metrics.StoreMetrics;
import io.portrgateway.tunnel.metrics.StoreMetrics.Task;
import io.portrgateway.tunnel.store.PostgresServer.Role;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class DatabaseIT {

    @RegisterExtension
    static final PostgresFixture postgres = new PostgresFixture();

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private Database database;

    @BeforeEach
    void open() {
        database = new Database(
                StoreKit.config(
                        postgres.url(Role.TUNNEL),
                        "database",
                        "PORTR_DB_POOL_SIZE",
                        "2",
                        "PORTR_DB_QUEUE_LIMIT",
                        "16",
                        "PORTR_DB_STATEMENT_TIMEOUT",
                        "1s"),
                new StoreMetrics(meters));
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void refusesWhatDoesNotFitIntoTheQueueAndServesTheRest() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        List<CompletableFuture<Boolean>> futures = new ArrayList<>();
        for (int index = 0; index < 20; index++) {
            futures.add(database.submit(Task.LOGIN, connection -> await(release)));
        }

        assertThat(futures.stream().filter(CompletableFuture::isCompletedExceptionally))
                .hasSize(4);
        release.countDown();

        futures.stream().limit(16).forEach(future -> assertThat(future).succeedsWithin(Duration.ofSeconds(20)));
        assertThat(meters.get("portr.store.refused").counter().count()).isEqualTo(4);
        assertThat(database.submit(Task.LOGIN, connection -> true)).succeedsWithin(Duration.ofSeconds(20));
    }

    @Test
    void runsATransactionAgainThatLostARace() {
        AtomicInteger runs = new AtomicInteger();

        CompletableFuture<Integer> future = database.submit(Task.ACQUIRE, connection -> {
            if (runs.incrementAndGet() < 3) {
                throw new SQLException("lost", "40001");
            }
            return runs.get();
        });

        assertThat(future).succeedsWithin(Duration.ofSeconds(20)).isEqualTo(3);
        assertThat(meters.get("portr.store.retried").counter().count()).isEqualTo(2);
    }

    @Test
    void givesUpAfterAFewLostRaces() {
        assertThat(database.submit(Task.ACQUIRE, connection -> {
                    throw new SQLException("lost", "40001");
                }))
                .failsWithin(Duration.ofSeconds(20));
    }

    @Test
    void endsAStatementThatTakesTooLongAndGoesOn() {
        assertThat(database.submit(Task.SWEEP, connection -> {
                    try (var statement = connection.createStatement()) {
                        return statement.execute("select pg_sleep(30)");
                    }
                }))
                .failsWithin(Duration.ofSeconds(20));

        assertThat(database.submit(Task.LOGIN, connection -> true)).succeedsWithin(Duration.ofSeconds(20));
    }

    @Test
    void rollsBackWhatFails() throws SQLException {
        assertThat(database.submit(Task.NODE, connection -> {
                    NodeRow.insert(connection, "half-done");
                    throw new IllegalStateException("broken");
                }))
                .failsWithin(Duration.ofSeconds(20));

        assertThat(postgres.column(Role.TUNNEL, "select id from node where id = 'half-done'"))
                .isEmpty();
    }

    private static boolean await(CountDownLatch latch) {
        try {
            return latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }
}
