package io.portrgateway.tunnel.store;

import io.portrgateway.tunnel.metrics.StoreMetrics;
import io.portrgateway.tunnel.registry.CloseReason;
import io.portrgateway.tunnel.registry.Forwards;
import io.portrgateway.tunnel.registry.LiveSessions;
import io.portrgateway.tunnel.registry.Owner;
import io.portrgateway.tunnel.registry.Tunnel;
import io.portrgateway.tunnel.registry.TunnelRegistry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cuts what has lost its right: sessions whose key was rotated, whose SSH public key was removed or whose membership
 * ended, and what admin-server asks to disconnect. Confined to the upkeep thread.
 */
final class Revocations {

    private static final Logger LOG = LoggerFactory.getLogger(Revocations.class);

    private final TunnelRegistry registry;
    private final Forwards forwards;
    private final LiveSessions sessions;
    private final StoreMetrics metrics;
    /** Commands seen already. Null until the first look: what was asked before this node began is not for it. */
    private @Nullable Set<Long> seenCommands;

    private @Nullable String lastLookAt;

    private record ProvenKey(long membershipId, String fingerprint) {}

    private record Command(long id, String kind, @Nullable String connectionId, long membershipId) {}

    Revocations(TunnelRegistry registry, Forwards forwards, LiveSessions sessions, StoreMetrics metrics) {
        this.registry = registry;
        this.forwards = forwards;
        this.sessions = sessions;
        this.metrics = metrics;
    }

    /** Looks once; on a connection in its own transaction. */
    void look(Connection connection) throws SQLException {
        lookAtRights(connection);
        lookAtCommands(connection);
    }

    private void lookAtRights(Connection connection) throws SQLException {
        Set<Owner> owners = new HashSet<>(sessions.owners());
        registry.all().forEach(tunnel -> owners.add(tunnel.lease().owner()));
        if (owners.isEmpty()) {
            return;
        }
        Map<Long, Integer> keyVersions = keyVersions(connection, owners);
        Set<ProvenKey> publicKeys = publicKeys(connection, owners);
        for (Owner owner : owners) {
            @Nullable Integer current = keyVersions.get(owner.membershipId());
            if (current == null || current != owner.keyVersion()) {
                revoke(owner, CloseReason.REVOKED, current == null ? "ended" : "key-rotated");
            } else if (owner.publicKey() != null
                    && !publicKeys.contains(new ProvenKey(owner.membershipId(), owner.publicKey()))) {
                revoke(owner, CloseReason.KEY_REMOVED, "public-key-removed");
            }
        }
    }

    private void revoke(Owner owner, CloseReason reason, String why) {
        int cut = cut(tunnel -> tunnel.lease().owner().equals(owner), reason);
        sessions.end(owner::equals, reason);
        metrics.tunnelsRevoked(cut);
        LOG.info("membership revoked membership={} reason={} tunnels={}", owner.membershipId(), why, cut);
    }

    /** Which membership still has which public key, for those keys that the owners logged in with. */
    private static Set<ProvenKey> publicKeys(Connection connection, Set<Owner> owners) throws SQLException {
        List<Owner> byKey =
                owners.stream().filter(owner -> owner.publicKey() != null).toList();
        Set<ProvenKey> present = new HashSet<>();
        if (byKey.isEmpty()) {
            return present;
        }
        try (PreparedStatement query = connection.prepareStatement("""
                select m.id, k.fingerprint
                from membership m
                join ssh_public_key k on k.user_id = m.user_id
                where m.id = any (?) and k.fingerprint = any (?)
                """)) {
            query.setArray(
                    1,
                    connection.createArrayOf(
                            "bigint", byKey.stream().map(Owner::membershipId).toArray()));
            query.setArray(
                    2,
                    connection.createArrayOf(
                            "text", byKey.stream().map(Owner::publicKey).toArray()));
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    present.add(new ProvenKey(rows.getLong(1), rows.getString(2)));
                }
            }
        }
        return present;
    }

    private static Map<Long, Integer> keyVersions(Connection connection, Set<Owner> owners) throws SQLException {
        Object[] ids = owners.stream().map(Owner::membershipId).distinct().toArray();
        Map<Long, Integer> versions = new HashMap<>();
        try (PreparedStatement query =
                connection.prepareStatement("select id, key_version from membership where id = any (?)")) {
            query.setArray(1, connection.createArrayOf("bigint", ids));
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    versions.put(rows.getLong(1), rows.getInt(2));
                }
            }
        }
        return versions;
    }

    private void lookAtCommands(Connection connection) throws SQLException {
        String now = databaseTime(connection);
        // Ids do not become visible in their order, so a minute before the last look is looked at again
        List<Command> commands = commandsSince(connection, lastLookAt == null ? now : lastLookAt);
        lastLookAt = now;
        Set<Long> seenBefore = seenCommands;
        Set<Long> seen = new HashSet<>();
        for (Command command : commands) {
            seen.add(command.id());
            if (seenBefore != null && !seenBefore.contains(command.id())) {
                obey(command);
            }
        }
        seenCommands = seen;
    }

    private static String databaseTime(Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select clock_timestamp()::text");
                ResultSet row = query.executeQuery()) {
            row.next();
            return row.getString(1);
        }
    }

    private static List<Command> commandsSince(Connection connection, String time) throws SQLException {
        List<Command> commands = new java.util.ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement("""
                select id, kind, connection_id, coalesce(membership_id, 0) from tunnel_command
                where created_at > ?::timestamptz - interval '1 minute'
                order by id
                """)) {
            query.setString(1, time);
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    commands.add(new Command(rows.getLong(1), rows.getString(2), rows.getString(3), rows.getLong(4)));
                }
            }
        }
        return commands;
    }

    private void obey(Command command) {
        int cut;
        switch (command.kind()) {
            case "disconnect_connection" ->
                cut = cut(tunnel -> tunnel.id().value().equals(command.connectionId()), CloseReason.DISCONNECTED);
            case "disconnect_membership" -> {
                Predicate<Owner> isMember = owner -> owner.membershipId() == command.membershipId();
                cut = cut(tunnel -> isMember.test(tunnel.lease().owner()), CloseReason.DISCONNECTED);
                sessions.end(isMember, CloseReason.DISCONNECTED);
            }
            default -> {
                // A newer admin-server may ask for more than this version knows
                LOG.warn("unknown command ignored command={} kind={}", command.id(), command.kind());
                return;
            }
        }
        metrics.tunnelsDisconnected(cut);
        LOG.info("command done command={} kind={} tunnels={}", command.id(), command.kind(), cut);
    }

    private int cut(Predicate<Tunnel> which, CloseReason reason) {
        List<Tunnel> doomed = registry.all().stream().filter(which).toList();
        doomed.forEach(tunnel -> forwards.cut(tunnel, reason));
        return doomed.size();
    }
}
