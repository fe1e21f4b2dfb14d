package io.portrgateway.tunnel.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Sends one request toUpstream: the head once a stream is there, then the body in its framing. Parts that come before the
 * stream wait here: only an HTTP/2 stream sends on while paused, and its flow-control window bounds that.
 *
 * <p>Confined to the visitor's event loop.
 */
final class RequestSender {

    private final Edge edge;
    private final RequestHead head;
    private @Nullable UpstreamHandler stream;
    private @Nullable Queue<ByteBuf> waiting;
    private @Nullable HttpHeaders waitingTrailers;
    private boolean unflushed;

    RequestSender(Edge edge, RequestHead head) {
        this.edge = edge;
        this.head = head;
    }

    /** Sends the head, then what waited; {@link #flush} is the caller's. */
    void begin(UpstreamHandler to, byte[] forwarded, boolean passExpect) {
        stream = to;
        HeadBuffer out = edge.heads().begin();
        edge.rules().writeRequest(out, head, forwarded, passExpect);
        write(to, out);
        if (waiting != null) {
            @Nullable ByteBuf part;
            while ((part = waiting.poll()) != null) {
                send(to, part);
            }
        }
        if (waitingTrailers != null) {
            sendEnd(to, waitingTrailers);
            waitingTrailers = null;
        }
    }

    /** Forgets the stream; another one may follow, for a request without body. */
    void leave() {
        stream = null;
    }

    /** Takes the part over; answers whether more may come at once. */
    boolean part(ByteBuf part) {
        if (stream == null) {
            if (waiting == null) {
                waiting = new ArrayDeque<>(2);
            }
            waiting.add(part);
            return true;
        }
        send(stream, part);
        return stream.channel().isWritable();
    }

    void end(HttpHeaders trailers) {
        if (stream == null) {
            waitingTrailers = trailers;
        } else {
            sendEnd(stream, trailers);
        }
    }

    void flush() {
        if (unflushed && stream != null) {
            unflushed = false;
            stream.flush();
        }
    }

    /** Releases what was not sent. */
    void drop() {
        stream = null;
        if (waiting != null) {
            waiting.forEach(ByteBuf::release);
            waiting = null;
        }
    }

    private void send(UpstreamHandler to, ByteBuf part) {
        if (head.bodyBytes() == RequestHead.CHUNKED) {
            Channel channel = to.channel();
            ChunkWriter.write(channel, channel.voidPromise(), channel.alloc(), part);
        } else {
            to.write(part);
        }
        unflushed = true;
    }

    private void sendEnd(UpstreamHandler to, HttpHeaders trailers) {
        if (head.bodyBytes() == RequestHead.CHUNKED) {
            HeadBuffer out = edge.heads().begin();
            HeaderRules.writeLastChunk(out, trailers);
            write(to, out);
        }
    }

    private void write(UpstreamHandler to, HeadBuffer out) {
        to.write(out.end(to.channel().alloc(), 0));
        unflushed = true;
    }
}
