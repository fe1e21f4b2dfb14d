package io.portrgateway.tunnel.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.portrgateway.tunnel.store.PostgresServer.Role;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How much is recorded: counted per team and day, bounded per team and by the disk. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class CaptureBudgetIT {

    @RegisterExtension
    static final PostgresFixture postgres = new PostgresFixture();

    private static final String BODY = "b".repeat(10_000);

    private static int count;

    private final HttpHeaders none = new DefaultHttpHeaders();
    private CaptureNode node;

    @BeforeEach
    void forgetAll() throws SQLException {
        postgres.column(Role.ADMIN, "select drop_exchange_partitions('2999-01-01')");
        postgres.column(Role.TUNNEL, "select ensure_exchange_partitions(1)");
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private void start(String... settings) throws SQLException {
        node = new CaptureNode(postgres.url(Role.TUNNEL), "team" + ++count, postgres.connect(Role.ADMIN), settings);
    }

    @Test
    void countsExchangesAndBytesOfTheTeamAndDay() throws SQLException {
        start();
        node.end("/one", none, BODY, "answer");
        node.end("/two");
        await().untilAsserted(() -> assertThat(targets()).hasSize(2));

        assertThat(ofTeam("select concat_ws(' ', exchange_count, day = (now() at time zone 'UTC')::date,"
                        + " stored_bytes between 10006 and 10200) from capture_usage where team_id = ?"))
                .containsExactly("2 t t");
    }

    @Test
    void recordsNoBodiesOfATeamThatHasAsMuchAsItMay() throws SQLException {
        start("PORTR_CAPTURE_TEAM_BYTES", "25000B");
        for (int i = 1; i <= 5; i++) {
            String target = "/" + i;
            node.end(target, none, BODY, "");
            await().untilAsserted(() -> assertThat(targets()).contains(target));
        }

        assertThat(ofTeam("select count(*) from exchange_body where team_id = ?"))
                .containsExactly("3");
        assertThat(ofTeam("select sum(request_bytes) from exchange where team_id = ?"))
                .containsExactly("50000");

        postgres.update(Role.ADMIN, "insert into team_capture (team_id, max_bytes) values (?, 100000)", node.teamId());
        await().untilAsserted(() -> {
            node.end("/more", none, BODY, "");
            assertThat(ofTeam("select count(*) > 3 from exchange_body where team_id = ?"))
                    .containsExactly("t");
        });
    }

    @Test
    void dropsTheOldestDaysAndThenRecordsNothingUntilThereIsRoom() throws SQLException {
        String day = "select to_char((now() at time zone 'UTC')::date - 1, 'YYYYMMDD')";
        String yesterday = "exchange_body_" + postgres.value(Role.ADMIN, day);
        fill(Duration.ofDays(1), 1500);
        assertThat(exists(yesterday)).isTrue();
        start("PORTR_CAPTURE_DISK", "4MiB", "PORTR_CAPTURE_DISK_INTERVAL", "100ms");

        await().untilAsserted(() -> assertThat(exists(yesterday)).isFalse());
        assertThat(node.meters.get("portr.capture.days.dropped").counter().count())
                .isPositive();
        assertThat(node.meters.get("portr.capture.paused").gauge().value()).isZero();
        assertThat(node.end("/")).isTrue();

        fill(Duration.ZERO, 1500);
        await().untilAsserted(() -> assertThat(node.end("/")).isFalse());
        assertThat(node.dropped("disk")).isPositive();
        assertThat(node.meters.get("portr.capture.paused").gauge().value()).isEqualTo(1);
        assertThat(node.meters.get("portr.capture.disk").gauge().value()).isGreaterThan(4 << 20);

        forgetAll();
        await().untilAsserted(() -> assertThat(node.end("/")).isTrue());
        assertThat(node.meters.get("portr.capture.paused").gauge().value()).isZero();
    }

    /** So many bodies of 3200 bytes each that no database can make smaller. */
    private static void fill(Duration ago, int bodyCount) throws SQLException {
        postgres.update(
                Role.TUNNEL,
                "insert into exchange_body select gen_random_uuid()::text, now() - ? * interval '1 second', 1, 'toVisitor',"
                        + " 1, false, (select decode(string_agg(md5(random()::text || n || m), ''), 'hex')"
                        + " from generate_series(1, 200) m) from generate_series(1, ?) n",
                (int) ago.toSeconds(),
                bodyCount);
    }

    private static boolean exists(String table) throws SQLException {
        return "t".equals(postgres.value(Role.ADMIN, "select to_regclass('" + table + "') is not null"));
    }

    private List<String> targets() throws SQLException {
        return ofTeam("select target from exchange where team_id = ?");
    }

    private List<String> ofTeam(String sql) throws SQLException {
        return postgres.column(Role.ADMIN, sql, node.teamId());
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofSeconds(15)).pollInterval(Duration.ofMillis(50));
    }
}
