package io.portrgateway.tunnel.store;

import io.portrgateway.tunnel.registry.Binding;
import io.portrgateway.tunnel.registry.Client;
import io.portrgateway.tunnel.registry.CloseReason;
import io.portrgateway.tunnel.registry.HttpBinding;
import io.portrgateway.tunnel.registry.Owner;
import io.portrgateway.tunnel.registry.TcpBinding;
import io.portrgateway.tunnel.registry.TunnelId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Decides who gets a name, from what the database says in one instant. No I/O, no state. */
final class LeaseRules {

    private LeaseRules() {}

    /** Who wants which name. {@code tunnelId} has a connection row. */
    record Claim(TunnelId tunnelId, Owner owner, Binding binding, Client client) {

        @Nullable
        String subdomain() {
            return binding instanceof HttpBinding(var hostname) ? hostname.label() : null;
        }

        @Nullable
        Integer port() {
            return binding instanceof TcpBinding(int port) ? port : null;
        }

        String label() {
            return switch (binding) {
                case HttpBinding http -> http.hostname().label();
                case TcpBinding tcp -> "port " + tcp.port();
            };
        }
    }

    /**
     * The lease row of the name.
     *
     * @param node who serves it; null while nobody does
     * @param isUnexpired whether its time has not run out
     * @param secondsLeft until it runs out, rounded up
     * @param isServedHere whether a live tunnel of this node has this very epoch, whatever the clock says
     */
    record LeaseRow(
            String connectionId,
            long membershipId,
            @Nullable String node,
            long epoch,
            boolean isUnexpired,
            long secondsLeft,
            boolean isServedHere) {

        boolean isAlive() {
            return isServedHere || (node != null && isUnexpired);
        }

        boolean isHeld() {
            return !isAlive() && node == null && isUnexpired;
        }
    }

    /**
     * The rest of what matters.
     *
     * @param wasTakenOver whether this connection was closed by a newer one of its owner
     * @param wasDisconnected whether the dashboard ended this connection
     * @param servesElsewhere whether it has a live lease of another name
     * @param isReservedByOther whether another membership keeps the name for good
     * @param isPromisedToOther whether another membership got a reservation a moment ago
     * @param heldSeconds for how long the dashboard still keeps the name, or all of the member, from coming back
     */
    record ConnectionRow(
            String type,
            @Nullable String subdomain,
            long membershipId,
            int keyVersion,
            boolean wasTakenOver,
            boolean wasDisconnected,
            boolean servesElsewhere,
            boolean isReservedByOther,
            boolean isPromisedToOther,
            long heldSeconds) {}

    /** What is to be done. */
    sealed interface Decision {

        /** Another session of the tunnel that this node serves: nothing changes hands. */
        record Join(long epoch) implements Decision {}

        /** The name changes hands; connections that were active under it are closed for this reason. */
        record Take(CloseReason reasonForOlder) implements Decision {}

        /** The answer is no. */
        record Refuse(String message) implements Decision {}
    }

    static Decision decide(Claim claim, LeaseRow lease, Optional<ConnectionRow> connection) {
        return connection
                .flatMap(row -> refusal(claim, lease, row))
                .<Decision>map(Decision.Refuse::new)
                .orElseGet(() -> connection.isEmpty()
                        ? new Decision.Refuse("this reservation is unknown or too old; ask for a new one")
                        : grant(claim, lease));
    }

    private static Decision grant(Claim claim, LeaseRow lease) {
        boolean isSameConnection = lease.connectionId().equals(claim.tunnelId().value());
        if (isSameConnection && lease.isServedHere()) {
            return claim.binding() instanceof TcpBinding
                    ? new Decision.Refuse("a TCP tunnel carries one forward only")
                    : new Decision.Join(lease.epoch());
        }
        return new Decision.Take(lease.isAlive() ? CloseReason.TAKEN_OVER : CloseReason.LOST);
    }

    private static Optional<String> refusal(Claim claim, LeaseRow lease, ConnectionRow connection) {
        if (connection.membershipId() != claim.owner().membershipId() || !matches(claim, connection)) {
            return Optional.of("this reservation is not for " + claim.label());
        }
        if (connection.keyVersion() != claim.owner().keyVersion()) {
            return Optional.of(CloseReason.REVOKED.sentence());
        }
        if (connection.wasDisconnected()) {
            // A client comes back by itself with the same id; whoever wants the tunnel again asks for a new one
            return Optional.of(claim.label() + " was disconnected from the dashboard; start the tunnel again");
        }
        if (connection.heldSeconds() > 0) {
            return Optional.of(claim.label() + " was disconnected from the dashboard; try again in "
                    + connection.heldSeconds() + " s");
        }
        if (connection.isReservedByOther()) {
            return Optional.of(claim.label() + " is reserved by another member");
        }
        // Who serves the name, or has it held after a loss, comes before who asked the API for it meanwhile
        boolean isOwn = lease.membershipId() == claim.owner().membershipId() && (lease.isAlive() || lease.isHeld());
        if (connection.isPromisedToOther() && !isOwn) {
            return Optional.of(claim.label() + " was just given to another member");
        }
        if (claim.binding() instanceof TcpBinding && connection.servesElsewhere()) {
            return Optional.of("a TCP tunnel carries one forward only");
        }
        return refusalByLease(claim, lease, connection);
    }

    private static Optional<String> refusalByLease(Claim claim, LeaseRow lease, ConnectionRow connection) {
        if (lease.membershipId() != claim.owner().membershipId()) {
            if (lease.isAlive()) {
                return Optional.of(claim.label() + " is in use by another member");
            }
            if (lease.isHeld()) {
                return Optional.of(claim.label() + " is held for the member who used it last, for another "
                        + lease.secondsLeft() + " s");
            }
            return Optional.empty();
        }
        boolean isSuccessorAlive =
                lease.isAlive() && !lease.connectionId().equals(claim.tunnelId().value());
        // Two clients of one member would otherwise take the name from each other for ever
        return connection.wasTakenOver() && isSuccessorAlive
                ? Optional.of("a newer session of yours serves " + claim.label() + "; stop that one first")
                : Optional.empty();
    }

    private static boolean matches(Claim claim, ConnectionRow connection) {
        return switch (claim.binding()) {
            case HttpBinding http ->
                connection.type().equals("http") && http.hostname().label().equals(connection.subdomain());
            case TcpBinding tcp -> connection.type().equals("tcp");
        };
    }
}
