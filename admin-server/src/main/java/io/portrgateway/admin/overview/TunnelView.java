package io.portrgateway.admin.overview;

import io.portrgateway.admin.connection.LiveTunnel;
import io.portrgateway.admin.settings.PublicAddresses;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A live tunnel as the page shows it. Immutable. {@code link} is null for what a browser cannot open. */
record TunnelView(
        String address,
        @Nullable String link,
        String kind,
        String owner,
        String since,
        String sinceExact,
        String requests,
        String traffic,
        int sessions) {

    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

    static TunnelView of(LiveTunnel tunnel, PublicAddresses addresses, Instant now) {
        @Nullable String subdomain = tunnel.subdomain();
        @Nullable Integer port = tunnel.port();
        @Nullable String link = subdomain == null ? null : addresses.tunnelUrl(subdomain);
        String address = link != null ? link : addresses.tunnelAddress(port == null ? 0 : port);
        Instant started = tunnel.startedAt().toInstant();
        return new TunnelView(
                address,
                link,
                tunnel.type(),
                tunnel.owner(),
                age(Duration.between(started, now)),
                started.toString(),
                String.format(Locale.ROOT, "%,d", tunnel.requestCount()),
                size(tunnel.toVisitorBytes() + tunnel.toUpstreamBytes()),
                tunnel.sessionCount());
    }

    static String age(Duration age) {
        if (age.toMinutes() < 1) {
            return "just now";
        }
        if (age.toHours() < 1) {
            return age.toMinutes() + " min";
        }
        return age.toDays() < 1 ? age.toHours() + " h " + age.toMinutesPart() + " min" : age.toDays() + " d";
    }

    static String size(long bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= 1024 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", value, UNITS[unit]);
    }
}
