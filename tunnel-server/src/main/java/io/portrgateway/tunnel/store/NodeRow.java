package io.portrgateway.tunnel.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** This node's row, by which others see that it runs. Each statement runs in its caller's transaction. */
final class NodeRow {

    private NodeRow() {}

    /** Says that the node has just started. */
    static int insert(Connection connection, String nodeId) throws SQLException {
        return update(connection, nodeId, """
                insert into node (id, started_at, seen_at) values (?, now(), now())
                on conflict (id) do update set started_at = now(), seen_at = now(), peer_address = null
                """);
    }

    /** Says that the node is alive. */
    static int beat(Connection connection, String nodeId) throws SQLException {
        return update(connection, nodeId, """
                insert into node (id, started_at, seen_at) values (?, now(), now())
                on conflict (id) do update set seen_at = now()
                """);
    }

    /** Says that the node has stopped. */
    static int delete(Connection connection, String nodeId) throws SQLException {
        return update(connection, nodeId, "delete from node where id = ?");
    }

    private static int update(Connection connection, String nodeId, String sql) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(sql)) {
            update.setString(1, nodeId);
            return update.executeUpdate();
        }
    }
}
