package io.portrgateway.tunnel.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.tunnel.store.PostgresServer.Role;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** That whoever reads on from the highest {@code seq} they saw misses nothing, with several nodes that write. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ExchangeOrderIT {

    private static final int COUNT = 4_000;

    @RegisterExtension
    static final PostgresFixture postgres = new PostgresFixture();

    @Test
    void cursorSeesEveryExchangeOfTwoWriters() throws Exception {
        try (Connection reader = postgres.connect(Role.ADMIN);
                CaptureNode one = node("one");
                CaptureNode two = node("two")) {
            Set<String> seen = new HashSet<>();
            long[] cursor = {0};
            for (int i = 0; i < COUNT; i++) {
                one.end("/" + i);
                two.end("/" + i);
            }

            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofMillis(1))
                    .untilAsserted(() -> {
                        readOn(reader, cursor, seen);
                        assertThat(postgres.value(Role.ADMIN, "select count(*) from exchange"))
                                .isEqualTo(Integer.toString(2 * COUNT));
                    });
            readOn(reader, cursor, seen);
            assertThat(seen).hasSize(2 * COUNT);
        }
    }

    private static CaptureNode node(String name) throws SQLException {
        return new CaptureNode(postgres.url(Role.TUNNEL), name, postgres.connect(Role.ADMIN));
    }

    private static void readOn(Connection reader, long[] cursor, Set<String> seen) throws SQLException {
        try (PreparedStatement query =
                reader.prepareStatement("select seq, id from exchange where seq > ? order by seq")) {
            query.setLong(1, cursor[0]);
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    cursor[0] = rows.getLong(1);
                    assertThat(seen.add(rows.getString(2))).isTrue();
                }
            }
        }
    }
}
