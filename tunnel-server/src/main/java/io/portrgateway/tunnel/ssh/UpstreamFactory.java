package io.portrgateway.tunnel.ssh;

/** Makes the upstream of a forward; {@code SshUpstream::new} in production, a fake in tests of the log-in side. */
@FunctionalInterface
interface UpstreamFactory {

    SessionUpstream create(SessionForward forward);
}
