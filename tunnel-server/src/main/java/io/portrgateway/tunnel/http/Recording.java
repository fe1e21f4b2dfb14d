package io.portrgateway.tunnel.http;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import io.portrgateway.tunnel.capture.ExchangeRecorder;
import io.portrgateway.tunnel.capture.Fields;
import io.portrgateway.tunnel.capture.RecordedExchange.Request;
import io.portrgateway.tunnel.registry.Tunnel;
import org.jspecify.annotations.Nullable;

/** Tells the recorder of an exchange who asks for what. Stateless. */
final class Recording {

    private Recording() {}

    /** A recorder for the exchange; null when it is not recorded. */
    static @Nullable ExchangeRecorder begin(
            Edge edge, Tunnel tunnel, RequestHead head, Visitor visitor, long beganNanos) {
        return visitor instanceof ReplayVisitor
                ? edge.capture().beginReplay(tunnel, beganNanos, request(edge, head, visitor))
                : edge.capture().begin(tunnel, beganNanos, () -> request(edge, head, visitor));
    }

    private static Request request(Edge edge, RequestHead head, Visitor visitor) {
        Peer peer = visitor.peer();
        return new Request(
                Forwarding.literal(edge.forwarding().visitor(head, peer)),
                Forwarding.scheme(head, peer),
                version(head, visitor),
                peer.isTls() ? tls(visitor) : null,
                head.method().name(),
                head.host(),
                head.target(),
                Fields.of(head.headers()),
                visitor instanceof ReplayVisitor replay ? replay.original() : null);
    }

    private static String version(RequestHead head, Visitor visitor) {
        return switch (visitor) {
            case Http2Visitor stream -> "2";
            case Http1Visitor connection -> head.isHttp10() ? "1.0" : "1.1";
            case ReplayVisitor replay -> "1.1";
        };
    }

    private static @Nullable String tls(Visitor visitor) {
        @Nullable
        Channel channel = switch (visitor) {
            case Http2Visitor stream -> stream.channel().parent();
            case Http1Visitor connection -> connection.channel();
            case ReplayVisitor replay -> null;
        };
        if (channel == null) {
            return null;
        }
        @Nullable SslHandler handler = channel.pipeline().get(SslHandler.class);
        return handler == null ? "TLS" : handler.engine().getSession().getProtocol();
    }
}
