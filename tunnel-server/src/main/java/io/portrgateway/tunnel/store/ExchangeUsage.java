package io.portrgateway.tunnel.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** What one transaction stores of each team and day. Confined to its transaction, and to whoever gets it afterwards. */
final class ExchangeUsage {

    private static final String ADD = """
            insert into capture_usage (team_id, day, exchange_count, stored_bytes) values (?, ?, ?, ?)
            on conflict (team_id, day) do update set
                exchange_count = capture_usage.exchange_count + excluded.exchange_count,
                stored_bytes = capture_usage.stored_bytes + excluded.stored_bytes
            """;

    /** In one order for all nodes, so that they cannot wait for each other in a circle. */
    private final Map<TeamDay, Amount> amounts =
            new TreeMap<>(Comparator.comparingLong(TeamDay::teamId).thenComparing(TeamDay::day));

    private record TeamDay(long teamId, LocalDate day) {}

    private record Amount(long exchangeCount, long storedBytes) {

        Amount plus(Amount more) {
            return new Amount(exchangeCount + more.exchangeCount, storedBytes + more.storedBytes);
        }
    }

    /** Counts so many bytes of an exchange, and the exchange itself where it is new. */
    void add(long teamId, Instant startedAt, int exchangeCount, long storedBytes) {
        TeamDay teamDay = new TeamDay(teamId, startedAt.atOffset(ZoneOffset.UTC).toLocalDate());
        amounts.merge(teamDay, new Amount(exchangeCount, storedBytes), Amount::plus);
    }

    void write(Connection connection) throws SQLException {
        try (PreparedStatement upsert = connection.prepareStatement(ADD)) {
            for (Map.Entry<TeamDay, Amount> entry : amounts.entrySet()) {
                upsert.setLong(1, entry.getKey().teamId());
                upsert.setObject(2, entry.getKey().day());
                upsert.setLong(3, entry.getValue().exchangeCount());
                upsert.setLong(4, entry.getValue().storedBytes());
                upsert.addBatch();
            }
            upsert.executeBatch();
        }
    }

    /** Bytes by team. */
    Map<Long, Long> byTeam() {
        Map<Long, Long> bytes = new HashMap<>();
        amounts.forEach((teamDay, amount) -> bytes.merge(teamDay.teamId(), amount.storedBytes(), Long::sum));
        return bytes;
    }
}
