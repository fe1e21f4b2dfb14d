package io.portrgateway.tunnel.store;

import io.portrgateway.tunnel.config.StoreConfig;
import io.portrgateway.tunnel.registry.CloseReason;
import io.portrgateway.tunnel.registry.Lease;
import io.portrgateway.tunnel.registry.Owner;
import io.portrgateway.tunnel.store.JdbcLeases.Release;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Statements on leases and connection state other than the taking of a name. Each runs in its caller's transaction. */
final class LeaseSql {

    private LeaseSql() {}

    /** Whether the membership still exists with the keys that the session logged in with. */
    static boolean isMember(Connection connection, Owner owner) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("""
                select m.id from membership m
                where m.id = ? and m.key_version = ?
                  and (?::text is null
                       or exists (select from ssh_public_key k where k.fingerprint = ? and k.user_id = m.user_id))
                """)) {
            query.setLong(1, owner.membershipId());
            query.setInt(2, owner.keyVersion());
            query.setString(3, owner.publicKey());
            query.setString(4, owner.publicKey());
            try (ResultSet row = query.executeQuery()) {
                return row.next();
            }
        }
    }

    /** Gives the lease back or holds it, and closes its connection, if the epoch is still its own. */
    static void release(Connection connection, StoreConfig config, Release release) throws SQLException {
        boolean isOwner = switch (release.reason()) {
            case CLIENT, REVOKED, KEY_REMOVED, DISCONNECTED -> delete(connection, release.lease());
            case LOST, SHUTDOWN, EXPIRED -> hold(connection, config, release.lease());
            // The newer session's lease it is now
            case TAKEN_OVER -> false;
        };
        if (isOwner) {
            close(connection, release.lease(), release.reason());
        }
        Usage.Delta delta = release.delta();
        if (!delta.isEmpty()) {
            addLastCounters(connection, delta);
            Traffic.add(connection, List.of(delta));
        }
    }

    private static boolean delete(Connection connection, Lease lease) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement("delete from lease where name = ? and epoch = ?")) {
            delete.setString(1, lease.binding().leaseName());
            delete.setLong(2, lease.epoch());
            return delete.executeUpdate() == 1;
        }
    }

    private static boolean hold(Connection connection, StoreConfig config, Lease lease) throws SQLException {
        // The new epoch keeps a renewal that is under way from claiming the name again
        try (PreparedStatement update = connection.prepareStatement("""
                update lease set node = null, epoch = nextval('lease_epoch_seq'),
                                 expires_at = clock_timestamp() + ? * interval '1 millisecond'
                where name = ? and epoch = ?
                """)) {
            update.setLong(1, config.nameHold().toMillis());
            update.setString(2, lease.binding().leaseName());
            update.setLong(3, lease.epoch());
            return update.executeUpdate() == 1;
        }
    }

    private static void close(Connection connection, Lease lease, CloseReason reason) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("""
                update connection set status = 'closed', close_reason = ?, closed_at = now(), updated_at = now(),
                                      session_count = 0
                where id = ?
                """)) {
            update.setString(1, Acquisition.columnValue(reason));
            update.setString(2, lease.tunnelId().value());
            update.executeUpdate();
        }
    }

    private static void addLastCounters(Connection connection, Usage.Delta delta) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("""
                update connection set request_count = request_count + ?, to_visitor_bytes = to_visitor_bytes + ?,
                                      to_upstream_bytes = to_upstream_bytes + ?, error_count = error_count + ?,
                                      last_error = coalesce(?::text, last_error),
                                      last_error_at = case when ? > 0 then now() else last_error_at end,
                                      last_request_at = case when ? > 0 then now() else last_request_at end
                where id = ?
                """)) {
            update.setLong(1, delta.requestCount());
            update.setLong(2, delta.toVisitorBytes());
            update.setLong(3, delta.toUpstreamBytes());
            update.setLong(4, delta.errorCount());
            update.setString(5, delta.lastError());
            update.setLong(6, delta.errorCount());
            update.setLong(7, delta.requestCount());
            update.setString(8, delta.connectionId());
            update.executeUpdate();
        }
    }

    /** Adds to the rows of live connections. */
    static void addCounters(Connection connection, List<Usage.Delta> deltas) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("""
                update connection c
                set request_count = c.request_count + d.request_count,
                    to_visitor_bytes = c.to_visitor_bytes + d.to_visitor_bytes,
                    to_upstream_bytes = c.to_upstream_bytes + d.to_upstream_bytes,
                    error_count = c.error_count + d.error_count,
                    last_error = coalesce(d.last_error, c.last_error),
                    last_error_at = case when d.error_count > 0 then now() else c.last_error_at end,
                    last_request_at = case when d.request_count > 0 then now() else c.last_request_at end,
                    session_count = case when c.status = 'active' then d.session_count else 0 end,
                    updated_at = now()
                from unnest(?::text[], ?::bigint[], ?::bigint[], ?::bigint[], ?::integer[], ?::bigint[], ?::text[])
                         as d (id, request_count, to_visitor_bytes, to_upstream_bytes, session_count, error_count,
                               last_error)
                where c.id = d.id
                """)) {
            update.setArray(1, array(connection, "text", deltas, Usage.Delta::connectionId));
            update.setArray(2, array(connection, "bigint", deltas, Usage.Delta::requestCount));
            update.setArray(3, array(connection, "bigint", deltas, Usage.Delta::toVisitorBytes));
            update.setArray(4, array(connection, "bigint", deltas, Usage.Delta::toUpstreamBytes));
            update.setArray(5, array(connection, "integer", deltas, Usage.Delta::sessionCount));
            update.setArray(6, array(connection, "bigint", deltas, Usage.Delta::errorCount));
            update.setArray(7, array(connection, "text", deltas, Usage.Delta::lastError));
            update.executeUpdate();
        }
    }

    /**
     * Extends the leases, even those whose time has run out meanwhile if nobody took the name; answers those that belong
     * to someone else by now.
     */
    static Collection<Lease> renew(Connection connection, StoreConfig config, List<Lease> leases) throws SQLException {
        Set<Lease> lost = new HashSet<>(leases);
        try (PreparedStatement update = connection.prepareStatement("""
                update lease l
                set node = ?, expires_at = clock_timestamp() + ? * interval '1 millisecond'
                from unnest(?::text[], ?::bigint[]) as mine (name, epoch)
                where l.name = mine.name and l.epoch = mine.epoch
                returning l.name, l.epoch
                """)) {
            update.setString(1, config.nodeId());
            update.setLong(2, config.leaseTtl().toMillis());
            update.setArray(
                    3,
                    array(connection, "text", leases, lease -> lease.binding().leaseName()));
            update.setArray(4, array(connection, "bigint", leases, Lease::epoch));
            Set<String> kept = new HashSet<>();
            try (ResultSet rows = update.executeQuery()) {
                while (rows.next()) {
                    kept.add(rows.getLong(2) + " " + rows.getString(1));
                }
            }
            lost.removeIf(
                    lease -> kept.contains(lease.epoch() + " " + lease.binding().leaseName()));
        }
        return lost;
    }

    /**
     * Opens the connections of renewed leases again: another node may have closed them for lost while this one could not
     * reach the database.
     */
    static int reopen(Connection connection, List<Lease> kept) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("""
                update connection set status = 'active', closed_at = null, close_reason = null, updated_at = now()
                where id = any (?) and status <> 'active'
                """)) {
            update.setArray(
                    1, array(connection, "text", kept, lease -> lease.tunnelId().value()));
            return update.executeUpdate();
        }
    }

    /**
     * Holds the leases that this node had and closes their connections. At the start this ends what a previous run of
     * the node left over, at the end what is still open.
     */
    static int holdAllOfNode(Connection connection, StoreConfig config, CloseReason reason) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("""
                with held as (
                    update lease set node = null, epoch = nextval('lease_epoch_seq'),
                                     expires_at = clock_timestamp() + ? * interval '1 millisecond'
                    where node = ?
                    returning connection_id
                )
                update connection c set status = 'closed', close_reason = ?, closed_at = now(), updated_at = now(),
                                        session_count = 0
                from held where c.id = held.connection_id and c.status = 'active'
                """)) {
            update.setLong(1, config.nameHold().toMillis());
            update.setString(2, config.nodeId());
            update.setString(3, Acquisition.columnValue(reason));
            return update.executeUpdate();
        }
    }

    /**
     * Closes what dead nodes left over, and forgets leases that ended long ago. A node that only could not reach the
     * database has a further lease time to claim its own again, and may do so even afterwards: the epoch stays.
     */
    static int sweep(Connection connection, StoreConfig config) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("""
                with dead as (
                    update lease set node = null
                    where name in (select name from lease
                                   where node is not null and node <> ?
                                     and expires_at < now() - ? * interval '1 millisecond'
                                   for update skip locked)
                    returning connection_id
                )
                update connection c set status = 'closed', close_reason = 'lost', closed_at = now(),
                                        updated_at = now(), session_count = 0
                from dead where c.id = dead.connection_id and c.status = 'active'
                """)) {
            update.setString(1, config.nodeId());
            update.setLong(2, config.leaseTtl().toMillis());
            int closed = update.executeUpdate();
            try (PreparedStatement orphans = connection.prepareStatement("""
                    update connection c set status = 'closed', close_reason = 'lost', closed_at = now(),
                                            updated_at = now(), session_count = 0
                    where c.status = 'active' and c.started_at < now() - interval '1 minute'
                      and not exists (select from lease l where l.connection_id = c.id)
                    """)) {
                closed += orphans.executeUpdate();
            }
            try (PreparedStatement delete = connection.prepareStatement(
                    "delete from lease where node is null and expires_at < now() - interval '1 day'")) {
                delete.executeUpdate();
            }
            return closed;
        }
    }

    private static <T> Array array(
            Connection connection, String type, List<T> items, Function<T, ? extends @Nullable Object> column)
            throws SQLException {
        return connection.createArrayOf(type, items.stream().map(column).toArray());
    }
}
