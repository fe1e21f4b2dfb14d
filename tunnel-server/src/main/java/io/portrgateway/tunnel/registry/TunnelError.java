package io.portrgateway.tunnel.registry;

import java.util.Locale;

/** Why a visitor of a live tunnel got nothing of the service; what the dashboard shows as the tunnel's last error. */
public enum TunnelError {
    /** The client answered that it cannot reach its service. */
    SERVICE_REFUSED,
    /** The client or the service did not answer in time. */
    SERVICE_TIMEOUT,
    /** The service hung up before its answer was complete. */
    SERVICE_CLOSED,
    /** The service's answer was not well formed. */
    SERVICE_ANSWER,
    /** The tunnel had too much in flight. */
    BUSY,
    /** The connection to the client was lost. */
    CLIENT_LOST,
    /** The gateway is at fault. */
    GATEWAY;

    /** As the {@code last_error} column spells it. */
    public String columnValue() {
        return name().toLowerCase(Locale.ROOT);
    }
}
