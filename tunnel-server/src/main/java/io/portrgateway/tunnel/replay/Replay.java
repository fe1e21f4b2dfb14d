package io.portrgateway.tunnel.replay;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.portrgateway.tunnel.registry.TunnelId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One request to send again, as it was asked for: nothing of it has been checked. Immutable as long as nobody writes to
 * the array it was made of.
 */
public final class Replay {

    private final String id;
    private final TunnelId tunnelId;
    private final Origin origin;
    private final Head head;
    private final byte[] body;

    /**
     * Where it comes from.
     *
     * @param teamId whose request it is; only a tunnel of this team may get it
     * @param exchangeId the exchange it repeats; null for one that was imported or made up
     * @param scheme as the original's visitor knew it; null when that is not known
     */
    public record Origin(
            long teamId,
            @Nullable String exchangeId,
            @Nullable String scheme) {}

    /** A header or trailer field; one character per byte, if the asker kept to that. */
    public record Field(String name, String value) {}

    /** What the request says besides its body. */
    public record Head(String method, String target, List<Field> headers, List<Field> trailers) {

        public Head {
            headers = List.copyOf(headers);
            trailers = List.copyOf(trailers);
        }
    }

    /** @param body taken over: the caller must not write to it any more */
    public Replay(String id, TunnelId tunnelId, Origin origin, Head head, byte[] body) {
        this.id = id;
        this.tunnelId = tunnelId;
        this.origin = origin;
        this.head = head;
        this.body = body;
    }

    public String id() {
        return id;
    }

    public TunnelId tunnelId() {
        return tunnelId;
    }

    public Origin origin() {
        return origin;
    }

    public Head head() {
        return head;
    }

    public int bodyBytes() {
        return body.length;
    }

    /** A part of the body without a copy, only to be read; the caller's to release. */
    public ByteBuf body(int from, int byteCount) {
        return Unpooled.wrappedBuffer(body, from, byteCount);
    }
}
