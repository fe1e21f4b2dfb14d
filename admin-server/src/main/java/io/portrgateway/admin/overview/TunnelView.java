package io.portrgateway.admin.overview;

import io.portrgateway.admin.connection.LiveTunnel;
import io.portrgateway.admin.settings.PublicAddresses;
import io.portrgateway.admin.web.Format;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A live tunnel as the page shows it. Immutable. {@code link} is null for what a browser cannot open. */
record TunnelView(
        String id,
        String address,
        @Nullable String link,
        String kind,
        String owner,
        Instant since,
        String requests,
        String traffic,
        int sessions) {

    static TunnelView of(LiveTunnel tunnel, PublicAddresses addresses, Format format) {
        @Nullable String subdomain = tunnel.subdomain();
        @Nullable Integer port = tunnel.port();
        @Nullable String link = subdomain == null ? null : addresses.tunnelUrl(subdomain);
        String address =
                link != null ? link.replaceFirst("^https?://", "") : addresses.tunnelAddress(port == null ? 0 : port);
        return new TunnelView(
                tunnel.id(),
                address,
                link,
                tunnel.type(),
                tunnel.owner(),
                tunnel.startedAt().toInstant(),
                format.count(tunnel.requestCount()),
                format.bytes(tunnel.toVisitorBytes() + tunnel.toUpstreamBytes()),
                tunnel.sessionCount());
    }
}
