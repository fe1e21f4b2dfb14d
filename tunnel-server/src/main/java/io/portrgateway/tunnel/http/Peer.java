package io.portrgateway.tunnel.http;

import java.net.InetSocketAddress;

/**
 * Who is at the other end of a visitor connection. Immutable.
 *
 * @param address the visitor, or the proxy in front of it when that is trusted and sends no PROXY protocol header
 * @param isTrusted whether the address is a trusted proxy, so that its forwarded headers are believed
 * @param isTls whether the connection to us is encrypted
 */
record Peer(InetSocketAddress address, boolean isTrusted, boolean isTls) {

    String scheme() {
        return isTls ? "https" : "http";
    }
}
