package io.portrgateway.tunnel.store;

import io.portrgateway.tunnel.config.StoreConfig;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * This node's own connection beside the pool: it hears the hints of admin-server, keeps other processes from using the same
 * node id, and runs the upkeep. Confined to the upkeep thread.
 */
final class NodeLink implements AutoCloseable {

    /** Something was asked for: a disconnect, a rotated key. */
    static final String COMMANDS = "portr_command";

    /** What a team or tunnel wants recorded has changed. */
    static final String CAPTURE_RULES = "portr_capture";

    /** A request is to be sent again. */
    static final String REPLAYS = "portr_replay";

    private static final List<String> CHANNELS = List.of(COMMANDS, CAPTURE_RULES, REPLAYS);

    private final Connection connection;
    private boolean hasNodeId;

    private NodeLink(Connection connection) {
        this.connection = connection;
    }

    /** Connects and listens. */
    static NodeLink open(Database database) throws SQLException {
        Connection connection = database.connectApart();
        try (Statement statement = connection.createStatement()) {
            // So that the lock of a machine that vanished is free within half a minute
            statement.execute("set tcp_keepalives_idle = 10");
            statement.execute("set tcp_keepalives_interval = 5");
            statement.execute("set tcp_keepalives_count = 3");
            for (String channel : CHANNELS) {
                statement.execute("listen " + channel);
            }
        } catch (SQLException failure) {
            connection.close();
            throw failure;
        }
        return new NodeLink(connection);
    }

    /** Takes the node id for as long as this link lives; no when another process has it. */
    boolean lockNodeId(StoreConfig config) throws SQLException {
        if (hasNodeId) {
            return true;
        }
        try (PreparedStatement query =
                connection.prepareStatement("select pg_try_advisory_lock(hashtextextended('portr node ' || ?, 0))")) {
            query.setString(1, config.nodeId());
            try (ResultSet row = query.executeQuery()) {
                row.next();
                hasNodeId = row.getBoolean(1);
                return hasNodeId;
            }
        }
    }

    /** Runs the work in a transaction of this link. */
    <T> T transact(Database.Work<T> work) throws SQLException {
        connection.setAutoCommit(false);
        try {
            return Database.transact(connection, work);
        } finally {
            if (!connection.isClosed()) {
                connection.setAutoCommit(true);
            }
        }
    }

    /** Waits for hints, at most so long, and names their channels; fails when the connection has broken meanwhile. */
    Set<String> awaitHints(Duration longest) throws SQLException {
        // The driver takes 0 for "without end"
        int millis = Math.clamp(longest.toMillis(), 1, 60_000);
        return Arrays.stream(connection.unwrap(PGConnection.class).getNotifications(millis))
                .map(PGNotification::getName)
                .collect(Collectors.toSet());
    }

    boolean isUsable() throws SQLException {
        return connection.isValid(1);
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
