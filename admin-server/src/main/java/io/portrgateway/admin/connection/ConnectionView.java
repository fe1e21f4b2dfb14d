package io.portrgateway.admin.connection;

import io.portrgateway.admin.settings.PublicAddresses;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.web.Format;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/**
 * A connection as the pages show it. Immutable.
 *
 * @param address where visitors find it, without scheme
 * @param link what a browser can open; null for tcp
 * @param state the class of the status dot
 * @param reason why it ended, or what failed last; null when all is well
 * @param mayEnd whether the reader may disconnect it, which is also whether it is live
 */
record ConnectionView(
        String id,
        String name,
        String address,
        @Nullable String link,
        String kind,
        String origin,
        String stateText,
        String state,
        boolean live,
        long membershipId,
        String owner,
        @Nullable String clientAddress,
        @Nullable String clientSoftware,
        @Nullable String node,
        int sessions,
        String requests,
        String errors,
        boolean hasErrors,
        String traffic,
        String toVisitor,
        String toUpstream,
        @Nullable String reason,
        boolean reasonIsError,
        @Nullable String closeReason,
        @Nullable String lastError,
        @Nullable Instant lastErrorAt,
        @Nullable Instant lastRequestAt,
        Instant createdAt,
        @Nullable Instant startedAt,
        @Nullable Instant closedAt,
        @Nullable String served,
        boolean mayEnd) {

    private static final Duration RECENTLY = Duration.ofMinutes(2);

    static ConnectionView of(ConnectionRow row, PublicAddresses addresses, Member reader, Format format, Instant now) {
        @Nullable String link = row.subdomain() == null ? null : addresses.tunnelUrl(row.subdomain());
        String address = link != null
                ? link.replaceFirst("^https?://", "")
                : row.port() == null ? "no port yet" : addresses.tunnelAddress(row.port());
        @Nullable String closed = row.status().equals("closed") ? ConnectionText.closed(row.closeReason()) : null;
        @Nullable String error = ConnectionText.error(row.lastError());
        var served = ConnectionText.served(row, now);
        return new ConnectionView(
                row.id(),
                ConnectionText.name(row),
                address,
                link,
                row.type(),
                row.origin().equals("ssh") ? "ssh" : "portr",
                ConnectionText.state(row.status()),
                row.isLive() ? "good" : row.status().equals("reserved") ? "warn" : "",
                row.isLive(),
                row.membershipId(),
                row.email(),
                row.clientAddress(),
                row.clientSoftware(),
                row.node(),
                row.sessionCount(),
                format.count(row.requestCount()),
                format.count(row.errorCount()),
                row.errorCount() > 0,
                format.bytes(row.toVisitorBytes() + row.toUpstreamBytes()),
                format.bytes(row.toVisitorBytes()),
                format.bytes(row.toUpstreamBytes()),
                closed == null ? error : closed,
                closed == null && error != null,
                closed,
                error,
                instant(row.lastErrorAt()),
                instant(row.lastRequestAt()),
                row.createdAt().toInstant(),
                instant(row.startedAt()),
                instant(row.closedAt()),
                served == null ? null : format.duration(served),
                row.isLive() && Disconnects.mayEnd(reader, row.membershipId()));
    }

    /** For how long, where the time of opening does not say it already; null where it does. */
    public @Nullable String servedNote() {
        if (served == null || startedAt == null) {
            return null;
        }
        if (!live) {
            return "served " + served;
        }
        // the client lost its connection and came back
        return Duration.between(createdAt, startedAt).compareTo(RECENTLY) > 0 ? "live for " + served : null;
    }

    /** Whether there is something to open in a browser. */
    public boolean openable() {
        return link != null && live;
    }

    /** Whether it is over, and when is known. */
    public boolean ended() {
        return !live && closedAt != null;
    }

    private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }
}
