package io.portrgateway.tunnel.store;

import io.portrgateway.tunnel.config.StoreConfig;
import io.portrgateway.tunnel.registry.CloseReason;
import io.portrgateway.tunnel.registry.HttpBinding;
import io.portrgateway.tunnel.registry.Lease;
import io.portrgateway.tunnel.registry.LeaseResult;
import io.portrgateway.tunnel.registry.Tunnel;
import io.portrgateway.tunnel.registry.TunnelRegistry;
import io.portrgateway.tunnel.store.LeaseRules.Claim;
import io.portrgateway.tunnel.store.LeaseRules.ConnectionRow;
import io.portrgateway.tunnel.store.LeaseRules.Decision;
import io.portrgateway.tunnel.store.LeaseRules.LeaseRow;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Locale;
import java.util.Optional;

/**
 * The transaction that takes a name. The lease row is locked first, always: whoever wants the same name waits there, so
 * that there is one winner and no deadlock. Stateless.
 */
final class Acquisition {

    private static final String FOREIGN_KEY_VIOLATION = "23503";

    private final StoreConfig config;
    private final TunnelRegistry registry;

    Acquisition(StoreConfig config, TunnelRegistry registry) {
        this.config = config;
        this.registry = registry;
    }

    /** Takes the name for a connection that has a row; rolls back when the answer is no. */
    LeaseResult run(Connection connection, Claim claim) throws SQLException {
        Optional<LeaseRow> lease = lockLease(connection, claim);
        if (lease.isEmpty()) {
            connection.rollback();
            return new LeaseResult.Refused("this reservation is unknown or too old; ask for a new one");
        }
        Decision decision = LeaseRules.decide(claim, lease.get(), readConnection(connection, claim));
        return switch (decision) {
            case Decision.Refuse(String message) -> {
                connection.rollback();
                yield new LeaseResult.Refused(message);
            }
            case Decision.Join(long epoch) -> granted(claim, epoch);
            case Decision.Take(CloseReason reasonForOlder) -> take(connection, claim, reasonForOlder);
        };
    }

    /** Makes the connection row of a plain SSH forward. Closed until it is taken, so that it stands in nobody's way. */
    static void insertSshConnection(Connection connection, Claim claim) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("""
                insert into connection (id, type, subdomain, port, status, origin, membership_id, team_id, client_address)
                values (?, ?, ?, ?, 'closed', 'ssh', ?, ?, ?)
                """)) {
            insert.setString(1, claim.tunnelId().value());
            insert.setString(2, claim.binding() instanceof HttpBinding ? "http" : "tcp");
            insert.setString(3, claim.subdomain());
            insert.setObject(4, claim.port(), Types.INTEGER);
            insert.setLong(5, claim.owner().membershipId());
            insert.setLong(6, claim.owner().teamId());
            insert.setString(7, claim.client().address());
            insert.executeUpdate();
        }
    }

    /** Empty when the connection has no row. */
    private Optional<LeaseRow> lockLease(Connection connection, Claim claim) throws SQLException {
        Optional<LeaseRow> present = selectLease(connection, claim);
        if (present.isPresent()) {
            return present;
        }
        try (PreparedStatement insert = connection.prepareStatement("""
                insert into lease (name, connection_id, membership_id, node, epoch, expires_at)
                values (?, ?, ?, null, nextval('lease_epoch_seq'), now() - interval '1 second')
                on conflict (name) do nothing
                """)) {
            insert.setString(1, claim.binding().leaseName());
            insert.setString(2, claim.tunnelId().value());
            insert.setLong(3, claim.owner().membershipId());
            insert.executeUpdate();
        } catch (SQLException failure) {
            if (FOREIGN_KEY_VIOLATION.equals(failure.getSQLState())) {
                return Optional.empty();
            }
            throw failure;
        }
        Optional<LeaseRow> inserted = selectLease(connection, claim);
        if (inserted.isEmpty()) {
            // Somebody's row was in the way and is gone since: as good as a lost race
            throw new SQLException("lease row vanished", "40001");
        }
        return inserted;
    }

    private Optional<LeaseRow> selectLease(Connection connection, Claim claim) throws SQLException {
        // clock_timestamp, not now(): the wait for the lock may have been long
        try (PreparedStatement query = connection.prepareStatement("""
                select connection_id, membership_id, node, epoch, expires_at > clock_timestamp() as unexpired,
                       ceil(extract(epoch from expires_at - clock_timestamp()))::bigint as seconds_left
                from lease where name = ? for update
                """)) {
            query.setString(1, claim.binding().leaseName());
            try (ResultSet row = query.executeQuery()) {
                if (!row.next()) {
                    return Optional.empty();
                }
                long epoch = row.getLong("epoch");
                return Optional.of(new LeaseRow(
                        row.getString("connection_id"),
                        row.getLong("membership_id"),
                        row.getString("node"),
                        epoch,
                        row.getBoolean("unexpired"),
                        row.getLong("seconds_left"),
                        isServedHere(claim, epoch)));
            }
        }
    }

    private boolean isServedHere(Claim claim, long epoch) {
        Optional<Tunnel> tunnel = registry.find(claim.binding());
        return tunnel.isPresent()
                && tunnel.get().lease().epoch() == epoch
                && !tunnel.get().upstreams().isEmpty();
    }

    private static Optional<ConnectionRow> readConnection(Connection connection, Claim claim) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("""
                select c.type, c.subdomain, c.membership_id, m.key_version,
                       c.status = 'closed' and c.close_reason is not distinct from 'taken_over' as taken_over,
                       c.status = 'closed' and c.close_reason is not distinct from 'disconnected' as disconnected,
                       exists (select from lease o
                               where o.connection_id = c.id and o.name <> ? and o.node is not null
                                 and o.expires_at > clock_timestamp()) as elsewhere,
                       exists (select from reserved_subdomain r
                               where r.subdomain = ? and r.membership_id <> ?) as reserved_by_other,
                       exists (select from connection o
                               where o.subdomain = ? and o.status = 'reserved' and o.membership_id <> ?
                                 and o.updated_at > now() - interval '5 minutes') as promised_to_other,
                       coalesce((select ceil(extract(epoch from max(t.hold_until) - clock_timestamp()))::bigint
                                 from tunnel_command t
                                 left join connection o on o.id = t.connection_id
                                 where t.hold_until > clock_timestamp()
                                   and (t.membership_id = c.membership_id
                                        or (o.membership_id = c.membership_id and o.type = c.type
                                            and (o.subdomain = c.subdomain
                                                 or o.type = 'tcp' and o.origin = c.origin
                                                    and (o.origin = 'portr' or o.port = ?::integer))))),
                                0) as held_seconds
                from connection c
                join membership m on m.id = c.membership_id
                where c.id = ?
                """)) {
            long membershipId = claim.owner().membershipId();
            query.setString(1, claim.binding().leaseName());
            query.setString(2, claim.subdomain());
            query.setLong(3, membershipId);
            query.setString(4, claim.subdomain());
            query.setLong(5, membershipId);
            query.setObject(6, claim.port(), Types.INTEGER);
            query.setString(7, claim.tunnelId().value());
            try (ResultSet row = query.executeQuery()) {
                return row.next()
                        ? Optional.of(new ConnectionRow(
                                row.getString("type"),
                                row.getString("subdomain"),
                                row.getLong("membership_id"),
                                row.getInt("key_version"),
                                row.getBoolean("taken_over"),
                                row.getBoolean("disconnected"),
                                row.getBoolean("elsewhere"),
                                row.getBoolean("reserved_by_other"),
                                row.getBoolean("promised_to_other"),
                                row.getLong("held_seconds")))
                        : Optional.empty();
            }
        }
    }

    private LeaseResult take(Connection connection, Claim claim, CloseReason reasonForOlder) throws SQLException {
        closeOlder(connection, claim, reasonForOlder);
        if (!activate(connection, claim)) {
            connection.rollback();
            return new LeaseResult.Refused("a TCP tunnel carries one forward only");
        }
        try (PreparedStatement update = connection.prepareStatement("""
                update lease set connection_id = ?, membership_id = ?, node = ?, epoch = nextval('lease_epoch_seq'),
                                 expires_at = clock_timestamp() + ? * interval '1 millisecond'
                where name = ?
                returning epoch
                """)) {
            update.setString(1, claim.tunnelId().value());
            update.setLong(2, claim.owner().membershipId());
            update.setString(3, config.nodeId());
            update.setLong(4, config.leaseTtl().toMillis());
            update.setString(5, claim.binding().leaseName());
            try (ResultSet row = update.executeQuery()) {
                row.next();
                return granted(claim, row.getLong(1));
            }
        }
    }

    private static void closeOlder(Connection connection, Claim claim, CloseReason reason) throws SQLException {
        boolean isHttp = claim.binding() instanceof HttpBinding;
        String sql = isHttp ? """
                update connection set status = 'closed', close_reason = ?, closed_at = now(), updated_at = now(),
                                      session_count = 0
                where status = 'active' and id <> ? and subdomain = ?
                """ : """
                update connection set status = 'closed', close_reason = ?, closed_at = now(), updated_at = now(),
                                      session_count = 0
                where status = 'active' and id <> ? and type = 'tcp' and port = ?
                """;
        try (PreparedStatement update = connection.prepareStatement(sql)) {
            update.setString(1, columnValue(reason));
            update.setString(2, claim.tunnelId().value());
            if (isHttp) {
                update.setString(3, claim.subdomain());
            } else {
                update.setObject(3, claim.port(), Types.INTEGER);
            }
            update.executeUpdate();
        }
    }

    /**
     * Marks the row active. No for a TCP row that another port of the same session took in the same instant: the
     * condition is checked again once that one's row lock is gone.
     */
    private boolean activate(Connection connection, Claim claim) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("""
                update connection c
                set status = 'active', port = ?, client_address = ?, client_software = nullif(?, ''), node = ?,
                    close_reason = null, started_at = now(), closed_at = null, updated_at = now(), session_count = 1
                where c.id = ?
                  and (c.type = 'http' or c.status <> 'active' or c.port = ?
                       or not exists (select from lease o
                                      where o.connection_id = c.id and o.name = 'tcp:' || c.port
                                        and o.node is not null and o.expires_at > clock_timestamp()))
                """)) {
            update.setObject(1, claim.port(), Types.INTEGER);
            update.setString(2, claim.client().address());
            update.setString(3, claim.client().software());
            update.setString(4, config.nodeId());
            update.setString(5, claim.tunnelId().value());
            update.setObject(6, claim.port(), Types.INTEGER);
            return update.executeUpdate() == 1;
        }
    }

    private static LeaseResult granted(Claim claim, long epoch) {
        return new LeaseResult.Granted(new Lease(claim.tunnelId(), claim.binding(), claim.owner(), epoch));
    }

    /** A close reason as the column spells it. */
    static String columnValue(CloseReason reason) {
        return reason.name().toLowerCase(Locale.ROOT);
    }
}
