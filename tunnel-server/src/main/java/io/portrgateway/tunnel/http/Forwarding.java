package io.portrgateway.tunnel.http;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The headers that tell the service who the visitor is. They come from the connection; what the request itself says
 * about it is believed only when a trusted proxy sent it.
 *
 * <p>Stateless but for the trust list. Immutable.
 */
final class Forwarding {

    private static final String FOR = "X-Forwarded-For";
    private static final String PROTO = "X-Forwarded-Proto";
    private static final String HOST = "X-Forwarded-Host";
    private static final String PORT = "X-Forwarded-Port";
    private static final String REAL_IP = "X-Real-IP";
    private static final String FORWARDED = "Forwarded";

    private final TrustedProxies trusted;

    Forwarding(TrustedProxies trusted) {
        this.trusted = trusted;
    }

    /** Writes the fields for one request. */
    void write(HeadBuffer out, RequestHead head, Peer peer) {
        String peerAddress = literal(peer.address());
        HttpHeaders told = head.headers();
        @Nullable String chain = peer.isTrusted() ? joined(told, FOR) : null;
        String proto = told(peer, told, PROTO, peer.scheme());
        String host = told(peer, told, HOST, head.host());
        @Nullable String forwarded = peer.isTrusted() ? joined(told, FORWARDED) : null;
        out.field(FOR, chain == null ? peerAddress : chain + ", " + peerAddress);
        out.field(PROTO, proto);
        out.field(HOST, host);
        out.field(PORT, told(peer, told, PORT, port(host, proto)));
        out.field(REAL_IP, told(peer, told, REAL_IP, literal(visitor(head, peer))));
        String element = "for=" + node(peerAddress) + ";host=\"" + head.host() + "\";proto=" + peer.scheme();
        out.field(FORWARDED, forwarded == null ? element : forwarded + ", " + element);
    }

    /** The visitor's address: the nearest one in the chain that is not a trusted proxy itself. */
    InetSocketAddress visitor(RequestHead head, Peer peer) {
        if (!peer.isTrusted()) {
            return peer.address();
        }
        @Nullable String chain = joined(head.headers(), FOR);
        if (chain == null) {
            return peer.address();
        }
        String[] hops = chain.split(",", -1);
        InetSocketAddress nearest = peer.address();
        for (int i = hops.length - 1; i >= 0; i--) {
            @Nullable InetAddress hop = NetUtil.createInetAddressFromIpAddressString(hops[i].strip());
            if (hop == null) {
                return nearest;
            }
            nearest = new InetSocketAddress(hop, peer.address().getPort());
            if (!trusted.contains(nearest)) {
                return nearest;
            }
        }
        return nearest;
    }

    /** The scheme as the visitor's browser knows it. */
    static String scheme(RequestHead head, Peer peer) {
        return told(peer, head.headers(), PROTO, peer.scheme());
    }

    private static String told(Peer peer, HttpHeaders told, String name, String own) {
        @Nullable String value = peer.isTrusted() ? told.get(name) : null;
        return value == null || value.isEmpty() ? own : value;
    }

    private static @Nullable String joined(HttpHeaders headers, String name) {
        List<String> values = headers.getAll(name);
        return values.isEmpty() ? null : String.join(", ", values);
    }

    private static String port(String host, String proto) {
        int colon = host.lastIndexOf(':');
        if (colon >= 0 && colon < host.length() - 1 && host.indexOf(']', colon) < 0) {
            return host.substring(colon + 1);
        }
        return proto.equals("https") ? "443" : "80";
    }

    /** An address without host name and zone. */
    static String literal(InetSocketAddress address) {
        return NetUtil.toAddressString(address.getAddress());
    }

    private static String node(String address) {
        return address.indexOf(':') < 0 ? address : "\"[" + address + "]\"";
    }
}
