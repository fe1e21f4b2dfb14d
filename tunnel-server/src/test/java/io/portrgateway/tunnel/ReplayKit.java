package io.portrgateway.tunnel;

import com.github.f4b6a3.ulid.UlidCreator;
import com.google.gson.Gson;
import io.portrgateway.tunnel.store.PostgresFixture;
import io.portrgateway.tunnel.store.PostgresServer.Role;
import io.portrgateway.tunnel.store.StoreKit;
import io.portrgateway.tunnel.store.StoreKit.Member;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** Asks for replays as admin-server does, and reads what came of them. */
final class ReplayKit {

    private static final Gson JSON = new Gson();
    private final PostgresFixture postgres;
    private final Member member;
    private final String connectionId;

    ReplayKit(PostgresFixture postgres, Member member, String connectionId) {
        this.postgres = postgres;
        this.member = member;
        this.connectionId = connectionId;
    }

    /** A request to send again; every {@code with} changes one thing of it. */
    record Row(
            String method,
            String target,
            List<List<String>> headers,
            List<List<String>> trailers,
            byte[] body,
            @Nullable String originalId,
            Duration after) {

        static Row of(String method, String target, String... headers) {
            return new Row(method, target, fields(headers), List.of(), new byte[0], null, Duration.ZERO);
        }

        Row withBody(byte[] content) {
            return new Row(method, target, headers, trailers, content, originalId, after);
        }

        Row withTrailers(String... fields) {
            return new Row(method, target, headers, fields(fields), body, originalId, after);
        }

        Row withOriginal(String id) {
            return new Row(method, target, headers, trailers, body, id, after);
        }

        Row withDelay(Duration delay) {
            return new Row(method, target, headers, trailers, body, originalId, delay);
        }

        /** Whole lines, cut at the first {@code ": "}. */
        private static List<List<String>> fields(String... lines) {
            List<List<String>> fields = new ArrayList<>();
            for (String line : lines) {
                fields.add(List.of(line.split(": ", 2)));
            }
            return fields;
        }
    }

    /** How a replay stands. */
    record State(
            String state,
            @Nullable String failure,
            @Nullable Integer status,
            @Nullable String exchangeId,
            boolean started,
            boolean finished) {

        boolean isOver() {
            return finished;
        }
    }

    String ask(Row row) throws SQLException {
        return ask(List.of(row)).getFirst();
    }

    /** Asks for all in one transaction; answers their ids. */
    List<String> ask(List<Row> rows) throws SQLException {
        return ask(rows, true);
    }

    /** Asks for them one after the other, each when the one before it is over. */
    List<String> askInOrder(List<Row> rows) throws SQLException {
        return ask(rows, false);
    }

    private List<String> ask(List<Row> rows, boolean paced) throws SQLException {
        String batch = UlidCreator.getUlid().toString();
        List<String> ids = new ArrayList<>();
        try (Connection admin = StoreKit.asAdmin(postgres)) {
            admin.setAutoCommit(false);
            StoreKit.update(
                    admin,
                    "insert into replay_batch (id, team_id, membership_id, total, per_second) values (?, ?, ?, ?, ?)",
                    batch,
                    member.owner().teamId(),
                    member.owner().membershipId(),
                    rows.size(),
                    paced ? 50f : null);
            for (Row row : rows) {
                String id = UlidCreator.getUlid().toString();
                StoreKit.update(
                        admin,
                        """
                        insert into replay (id, batch_id, position, team_id, membership_id, connection_id, original_id,
                                            original_started_at,
                                            method, target, headers, trailers, body, not_before)
                        values (?, ?, ?, ?, ?, ?, ?, (select started_at from exchange where id = ?), ?, ?, ?::jsonb, ?::jsonb, ?,
                                now() + ? * interval '1 millisecond')
                        """,
                        id,
                        batch,
                        ids.size(),
                        member.owner().teamId(),
                        member.owner().membershipId(),
                        connectionId,
                        row.originalId(),
                        row.originalId(),
                        row.method(),
                        row.target(),
                        JSON.toJson(row.headers()),
                        JSON.toJson(row.trailers()),
                        row.body(),
                        row.after().toMillis());
                ids.add(id);
            }
            try (var notify = admin.createStatement()) {
                notify.execute("notify portr_replay");
            }
            admin.commit();
        }
        return ids;
    }

    State state(String id) throws SQLException {
        try (Connection admin = StoreKit.asAdmin(postgres);
                var query = admin.prepareStatement("""
                        select state, failure, status, exchange_id, started_at is not null, finished_at is not null
                        from replay where id = ?
                        """)) {
            query.setString(1, id);
            try (var row = query.executeQuery()) {
                row.next();
                return new State(
                        row.getString(1),
                        row.getString(2),
                        (Integer) row.getObject(3),
                        row.getString(4),
                        row.getBoolean(5),
                        row.getBoolean(6));
            }
        }
    }

    State awaitEnd(String id) {
        return Awaitility.await("end of replay " + id)
                .atMost(Duration.ofSeconds(20))
                .until(() -> state(id), State::isOver);
    }

    /** The only value of the exchange that the replay became, as soon as it is recorded. */
    String recorded(State state, String column) {
        return Awaitility.await("exchange " + state.exchangeId())
                .atMost(Duration.ofSeconds(10))
                .until(
                        () -> postgres.column(
                                Role.ADMIN, "select " + column + " from exchange where id = ?", state.exchangeId()),
                        found -> found.size() == 1)
                .getFirst();
    }
}
