package io.portrgateway.tunnel.registry;

import java.util.Optional;

/** Answer to a log-in question. Says nothing about why it is denied: that would be an oracle. */
public sealed interface LoginResult {

    /** A portr client; the reserved tunnel decides what may be forwarded. {@code hostname} is present for http. */
    record PortrClient(Owner owner, TunnelId tunnelId, TunnelKind kind, Optional<Hostname> hostname)
            implements LoginResult {}

    /** A plain SSH client. */
    record SshClient(Owner owner, String teamSlug, String memberLabel) implements LoginResult {}

    /** Wrong, unknown, or ended. */
    record Denied() implements LoginResult {}
}
