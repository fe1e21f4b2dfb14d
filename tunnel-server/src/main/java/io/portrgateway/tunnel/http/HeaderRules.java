package io.portrgateway.tunnel.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which header fields cross the gateway: hop-by-hop fields end here (RFC 9110, 7.6.1), internal ones never enter, the
 * rest passes unchanged and in order. Stateless.
 */
final class HeaderRules {

    private static final AsciiString CONNECTION_UPGRADE = AsciiString.cached("Connection: Upgrade\r\nUpgrade: ");
    private static final AsciiString CHUNKED = AsciiString.cached("Transfer-Encoding: chunked\r\n");
    private static final AsciiString TE_TRAILERS = AsciiString.cached("TE: trailers\r\n");
    private static final AsciiString HTTP_1_1 = AsciiString.cached(" HTTP/1.1\r\n");

    private final boolean passReplayId;

    HeaderRules(boolean passReplayId) {
        this.passReplayId = passReplayId;
    }

    /**
     * Writes the request head for the service.
     *
     * @param forwarded ready-made lines
     * @param passExpect whether the service is asked to say 100 (Continue) itself
     */
    void writeRequest(HeadBuffer out, RequestHead head, byte[] forwarded, boolean passExpect) {
        out.text(head.method().name()).octet(' ').text(head.target()).text(HTTP_1_1);
        Iterator<Map.Entry<CharSequence, CharSequence>> fields = head.headers().iteratorCharSequence();
        while (fields.hasNext()) {
            Map.Entry<CharSequence, CharSequence> field = fields.next();
            HeaderKind kind = HeaderKind.of(field.getKey());
            if (entersTunnel(kind, head, field.getKey()) && (passExpect || kind != HeaderKind.EXPECT)) {
                out.field(field.getKey(), field.getValue());
            }
        }
        if (head.bodyBytes() == RequestHead.CHUNKED) {
            out.text(CHUNKED);
        }
        if (head.upgrade() != null) {
            out.text(CONNECTION_UPGRADE).text(head.upgrade()).newLine();
        }
        if (head.takesTrailers()) {
            out.text(TE_TRAILERS);
        }
        out.raw(forwarded).newLine();
    }

    private boolean entersTunnel(HeaderKind kind, RequestHead head, CharSequence name) {
        return switch (kind) {
            case PLAIN, EXPECT -> !head.isNamedByConnection(name);
            // Checked to be there once and to be valid; Connection cannot take them away.
            case HOST, CONTENT_LENGTH -> true;
            case REPLAY -> passReplayId;
            case TRANSFER_ENCODING, CONNECTION, UPGRADE, TE, HOP, FORWARDED, PING, PORTR -> false;
        };
    }

    /**
     * Whether a field of a response may go to the visitor.
     *
     * @param hasLength whether its {@code Content-Length} is true for the visitor
     */
    static boolean leavesTunnel(
            HeaderKind kind, CharSequence name, @Nullable List<String> connectionNames, boolean hasLength) {
        return switch (kind) {
            case CONTENT_LENGTH -> hasLength;
            case PLAIN, HOST, EXPECT, FORWARDED, PING, REPLAY, PORTR ->
                connectionNames == null || !ConnectionTokens.contains(connectionNames, name);
            case TRANSFER_ENCODING, CONNECTION, UPGRADE, TE, HOP -> false;
        };
    }

    /** Whether a trailer field may be passed on: none that frames, routes or authenticates (RFC 9110, 6.5.1). */
    static boolean isTrailer(CharSequence name) {
        return switch (HeaderKind.of(name)) {
            case PLAIN ->
                !AsciiString.contentEqualsIgnoreCase(name, HttpHeaderNames.AUTHORIZATION)
                        && !AsciiString.contentEqualsIgnoreCase(name, HttpHeaderNames.SET_COOKIE)
                        && !AsciiString.contentEqualsIgnoreCase(name, HttpHeaderNames.COOKIE)
                        && !AsciiString.contentEqualsIgnoreCase(name, HttpHeaderNames.TRAILER);
            case HOST,
                    CONTENT_LENGTH,
                    TRANSFER_ENCODING,
                    CONNECTION,
                    UPGRADE,
                    TE,
                    EXPECT,
                    HOP,
                    FORWARDED,
                    PING,
                    REPLAY,
                    PORTR -> false;
        };
    }

    /** Writes the end of a chunked body. */
    static void writeLastChunk(HeadBuffer out, HttpHeaders trailers) {
        out.octet('0').newLine();
        if (!trailers.isEmpty()) {
            Iterator<Map.Entry<CharSequence, CharSequence>> fields = trailers.iteratorCharSequence();
            while (fields.hasNext()) {
                Map.Entry<CharSequence, CharSequence> field = fields.next();
                if (isTrailer(field.getKey())) {
                    out.field(field.getKey(), field.getValue());
                }
            }
        }
        out.newLine();
    }

    /** The names in a response's {@code Connection}, or null for the usual case that there are none. */
    static @Nullable List<String> connectionNames(HttpHeaders headers) {
        List<String> values = headers.getAll(HttpHeaderNames.CONNECTION);
        return values.isEmpty() ? null : ConnectionTokens.split(String.join(",", values));
    }
}
