package io.portrgateway.admin.connection;

import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/** A tunnel of any state with its owner, as the database has it. Immutable. {@code port} is known once a tcp tunnel was live. */
record ConnectionRow(
        String id,
        String type,
        @Nullable String subdomain,
        @Nullable Integer port,
        String status,
        String origin,
        long membershipId,
        String role,
        long userId,
        String email,
        @Nullable String firstName,
        @Nullable String lastName,
        @Nullable String clientAddress,
        @Nullable String clientSoftware,
        @Nullable String node,
        @Nullable String closeReason,
        @Nullable String lastError,
        @Nullable OffsetDateTime lastErrorAt,
        long errorCount,
        int sessionCount,
        long requestCount,
        long toVisitorBytes,
        long toUpstreamBytes,
        @Nullable OffsetDateTime lastRequestAt,
        OffsetDateTime createdAt,
        @Nullable OffsetDateTime startedAt,
        @Nullable OffsetDateTime closedAt) {

    boolean isLive() {
        return status.equals("active");
    }
}
