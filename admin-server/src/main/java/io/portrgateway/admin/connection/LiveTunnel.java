package io.portrgateway.admin.connection;

import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/** A tunnel that a node serves now. Immutable. {@code subdomain} is present for http, {@code port} for tcp. */
public record LiveTunnel(
        String id,
        String type,
        @Nullable String subdomain,
        @Nullable Integer port,
        String origin,
        String owner,
        @Nullable String clientAddress,
        int sessionCount,
        long requestCount,
        long toVisitorBytes,
        long toUpstreamBytes,
        OffsetDateTime startedAt) {}
