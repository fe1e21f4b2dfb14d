package io.portrgateway.tunnel.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import io.portrgateway.tunnel.config.HttpConfig;
import java.util.List;

/**
 * Netty's response codec behind a {@link HeadGuard}. After a 101 it leaves the rest of the bytes alone until it is
 * removed, so that an upgrade loses and reorders nothing.
 *
 * <p>Confined to its channel's event loop.
 */
final class UpstreamDecoder extends HttpResponseDecoder {

    private static final int LARGEST_CHUNK_BYTES = 1 << 20;

    private final HeadGuard guard;
    private boolean atHead = true;
    private boolean upgraded;
    private boolean headRequest;
    private int wordEnd;

    UpstreamDecoder(HttpConfig.Limits limits) {
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength(limits.headerBytes())
                .setMaxHeaderSize(limits.headerBytes())
                .setMaxChunkSize(LARGEST_CHUNK_BYTES)
                .setInitialBufferSize(256));
        this.guard = new HeadGuard(limits.headerBytes(), limits.headerBytes());
    }

    /** Says what the next response answers: one to HEAD has no body, whatever its header claims. */
    void expect(boolean toHead) {
        headRequest = toHead;
    }

    /** Whether bytes came behind the message decoded last. */
    boolean holdsMore() {
        return actualReadableBytes() > 0;
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
        if (upgraded) {
            ctx.fireChannelReadComplete();
        } else {
            super.channelReadComplete(ctx);
        }
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        if (upgraded) {
            return;
        }
        if (atHead) {
            switch (guard.scan(in)) {
                case COMPLETE -> atHead = false;
                case INCOMPLETE -> {
                    return;
                }
                case BAD, LINE_TOO_LONG, TOO_LARGE -> {
                    refuse(in, out);
                    return;
                }
            }
        }
        int before = out.size();
        super.decode(ctx, in, out);
        if (out.size() > before) {
            atHead = out.get(out.size() - 1) instanceof LastHttpContent;
            if (out.get(before) instanceof HttpResponse response
                    && response.status().code() == HttpResponseStatus.SWITCHING_PROTOCOLS.code()) {
                upgraded = true;
                ctx.channel().config().setAutoRead(false);
            }
        }
    }

    private static void refuse(ByteBuf in, List<Object> out) {
        in.skipBytes(in.readableBytes());
        HttpResponse bad = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.BAD_GATEWAY);
        bad.setDecoderResult(DecoderResult.failure(new MalformedHead(Failure.BAD_RESPONSE, "head")));
        out.add(bad);
    }

    @Override
    protected boolean isContentAlwaysEmpty(HttpMessage message) {
        if (!(message instanceof HttpResponse response)) {
            return false;
        }
        HttpResponseStatus status = response.status();
        return status.codeClass() == HttpStatusClass.INFORMATIONAL
                || headRequest
                || status.code() == HttpResponseStatus.NO_CONTENT.code()
                || status.code() == HttpResponseStatus.NOT_MODIFIED.code();
    }

    @Override
    protected String splitFirstWordInitialLine(byte[] line, int start, int length) {
        require(start == 0);
        wordEnd = length;
        return super.splitFirstWordInitialLine(line, start, length);
    }

    @Override
    protected String splitSecondWordInitialLine(byte[] line, int start, int length) {
        require(start == wordEnd + 1 && line[wordEnd] == ' ' && length == 3);
        for (int i = start; i < start + length; i++) {
            require(line[i] >= '0' && line[i] <= '9');
        }
        require(line[start] >= '1' && line[start] <= '5');
        return super.splitSecondWordInitialLine(line, start, length);
    }

    @Override
    protected AsciiString splitHeaderName(byte[] line, int start, int length) {
        // For responses the codec drops blanks before the colon; what follows such a name is ambiguous (RFC 9112, 5.1).
        require(line[start + length] == ':');
        return super.splitHeaderName(line, start, length);
    }

    private static void require(boolean ok) {
        if (!ok) {
            throw new MalformedHead(Failure.BAD_RESPONSE, "status line or field name");
        }
    }
}
