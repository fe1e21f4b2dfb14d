package io.portrgateway.tunnel.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes answers to an HTTP/1 visitor: heads as bytes, bodies in the framing the visitor understands. A head waits for
 * the body's first bytes until {@link #seal}, so that a small answer is one buffer and one system call. Confined to the
 * visitor's event loop.
 */
final class ResponseWriter {

    /** Bytes of a body that are copied behind its head at most. */
    private static final int COPIED_BYTES = 4096;

    private static final AsciiString VERSION = AsciiString.cached("HTTP/1.1 ");
    private static final AsciiString CONNECTION_CLOSE = AsciiString.cached("Connection: close\r\n");
    private static final AsciiString CONNECTION_KEEP_ALIVE = AsciiString.cached("Connection: keep-alive\r\n");
    private static final AsciiString CONNECTION_UPGRADE = AsciiString.cached("Connection: Upgrade\r\n");
    private static final AsciiString CHUNKED = AsciiString.cached("Transfer-Encoding: chunked\r\n");

    private final HeadBuffer.Source heads;
    private final Channel channel;
    private @Nullable ByteBuf open;
    private boolean chunked;
    private boolean hasBody;

    ResponseWriter(HeadBuffer.Source heads, Channel channel) {
        this.heads = heads;
        this.channel = channel;
    }

    void interim(HttpResponse response) {
        HeadBuffer out = heads.begin();
        startLine(out, response.status());
        fields(out, response.headers(), HeaderRules.connectionNames(response.headers()), false);
        write(out.newLine());
    }

    /** Writes the head of a 101. */
    void switching(HttpResponse response) {
        HeadBuffer out = heads.begin();
        startLine(out, response.status());
        fields(out, response.headers(), null, false);
        for (String protocol : response.headers().getAll(HttpHeaderNames.UPGRADE)) {
            out.field("Upgrade", protocol);
        }
        write(out.text(CONNECTION_UPGRADE).newLine());
    }

    /** Begins an answer; tells whether the connection can be used again after it. */
    boolean begin(
            RequestHead head,
            HttpResponse response,
            @Nullable List<String> connectionNames,
            boolean mayHaveBody,
            boolean keepConnection) {
        HeadBuffer out = heads.begin();
        startLine(out, response.status());
        boolean hasLength = response.status().code() != HttpResponseStatus.NO_CONTENT.code();
        boolean lengthGiven = fields(out, response.headers(), connectionNames, hasLength);
        boolean keep = keepConnection;
        hasBody = mayHaveBody;
        chunked = false;
        if (hasBody && !lengthGiven) {
            chunked = !head.isHttp10();
            keep &= chunked;
            out.text(chunked ? CHUNKED : AsciiString.EMPTY_STRING);
        }
        connection(out, head, keep);
        open = out.newLine().end(channel.alloc(), hasBody ? COPIED_BYTES : 0);
        return keep;
    }

    void content(ByteBuf part) {
        if (!hasBody) {
            part.release();
        } else if (append(part)) {
            part.release();
        } else if (chunked) {
            seal();
            ChunkWriter.write(channel, channel.voidPromise(), channel.alloc(), part);
        } else {
            seal();
            channel.write(part, channel.voidPromise());
        }
    }

    private boolean append(ByteBuf part) {
        if (open == null) {
            return false;
        }
        if (chunked) {
            return ChunkWriter.append(open, part);
        }
        if (part.readableBytes() > open.writableBytes()) {
            return false;
        }
        open.writeBytes(part);
        return true;
    }

    void end(HttpHeaders trailers) {
        if (hasBody && chunked) {
            HeadBuffer out = heads.begin();
            HeaderRules.writeLastChunk(out, trailers);
            write(out);
        }
    }

    /** Gives what waits to the channel; called before each flush. */
    void seal() {
        if (open != null) {
            channel.write(open, channel.voidPromise());
            open = null;
        }
    }

    /** Gives what waits to the channel, and flushes. */
    ChannelFuture sealAndFlush() {
        ByteBuf last = open == null ? Unpooled.EMPTY_BUFFER : open;
        open = null;
        return channel.writeAndFlush(last);
    }

    /** Drops what waits; called when the answer is cut. */
    void drop() {
        if (open != null) {
            open.release();
            open = null;
        }
    }

    /** Writes an answer of the gateway's own. */
    void own(@Nullable RequestHead head, EdgeAnswer answer, boolean keepConnection) {
        HeadBuffer out = heads.begin();
        startLine(out, HttpResponseStatus.valueOf(answer.status()));
        OwnHeaders.each(answer, out::field);
        out.field("Content-Length", Integer.toString(answer.bodyBytes()));
        if (head == null) {
            out.text(CONNECTION_CLOSE);
        } else {
            connection(out, head, keepConnection);
        }
        out.newLine();
        if (head == null || !head.isHead()) {
            out.raw(answer.body());
        }
        seal();
        open = out.end(channel.alloc(), 0);
    }

    private static void connection(HeadBuffer out, RequestHead head, boolean keep) {
        if (!keep) {
            out.text(CONNECTION_CLOSE);
        } else if (head.isHttp10()) {
            out.text(CONNECTION_KEEP_ALIVE);
        }
    }

    private static void startLine(HeadBuffer out, HttpResponseStatus status) {
        out.text(VERSION)
                .text(status.codeAsText())
                .octet(' ')
                .text(status.reasonPhrase())
                .newLine();
    }

    /** Writes what the visitor gets of the fields; tells whether a length was among them. */
    private static boolean fields(
            HeadBuffer out, HttpHeaders headers, @Nullable List<String> connectionNames, boolean hasLength) {
        boolean lengthGiven = false;
        Iterator<Map.Entry<CharSequence, CharSequence>> fields = headers.iteratorCharSequence();
        while (fields.hasNext()) {
            Map.Entry<CharSequence, CharSequence> field = fields.next();
            HeaderKind kind = HeaderKind.of(field.getKey());
            if (HeaderRules.leavesTunnel(kind, field.getKey(), connectionNames, hasLength)) {
                lengthGiven |= kind == HeaderKind.CONTENT_LENGTH;
                out.field(field.getKey(), field.getValue());
            }
        }
        return lengthGiven;
    }

    private void write(HeadBuffer out) {
        if (open != null && out.appendTo(open)) {
            return;
        }
        seal();
        channel.write(out.end(channel.alloc(), 0), channel.voidPromise());
    }
}
