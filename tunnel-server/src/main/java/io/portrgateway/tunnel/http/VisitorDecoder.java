package io.portrgateway.tunnel.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.DecoderResultProvider;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.portrgateway.tunnel.config.HttpConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Netty's request codec behind a {@link HeadGuard}, with a strict request line, and with a pause: while paused, what the
 * visitor has sent stays undecoded and, from the next read on, in the socket. So pipelined requests and bodies whose
 * service is slow cost one read buffer and no queue.
 *
 * <p>Confined to its channel's event loop.
 */
final class VisitorDecoder extends HttpRequestDecoder {

    private static final int LARGEST_CHUNK_BYTES = 1 << 20;

    private final HeadGuard guard;
    private final Runnable headBegan;
    private @Nullable ChannelHandlerContext context;
    private boolean atHead = true;
    private boolean emptyLineSkipped;
    private boolean paused;
    private boolean readingStopped;
    private boolean decoding;
    private boolean broken;
    private int wordEnd;

    /** @param headBegan told once per head when its first bytes are there but its end is not */
    VisitorDecoder(HttpConfig.Limits limits, Runnable headBegan) {
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength(limits.requestLineBytes())
                .setMaxHeaderSize(limits.headerBytes())
                .setMaxChunkSize(LARGEST_CHUNK_BYTES)
                .setInitialBufferSize(256));
        this.guard = new HeadGuard(limits.requestLineBytes(), limits.headerBytes());
        this.headBegan = headBegan;
    }

    void pause() {
        paused = true;
    }

    /** Goes on with what is there already, then with reading. */
    void resume() {
        paused = false;
        if (decoding || context == null) {
            return;
        }
        if (actualReadableBytes() > 0) {
            try {
                channelRead(context, Unpooled.EMPTY_BUFFER);
                channelReadComplete(context);
            } catch (Exception cause) {
                context.fireExceptionCaught(cause);
            }
        }
        if (!paused && readingStopped) {
            readingStopped = false;
            context.channel().config().setAutoRead(true);
        }
    }

    /** Whether bytes came that were not decoded, or that still wait in the socket. */
    boolean holdsBack() {
        return readingStopped || actualReadableBytes() > 0;
    }

    /** Drops whatever comes from now on. */
    void discard() {
        broken = true;
        resume();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
        if (paused) {
            readingStopped = true;
            ctx.channel().config().setAutoRead(false);
        }
        boolean outermost = !decoding;
        decoding = true;
        try {
            super.channelRead(ctx, message);
        } finally {
            if (outermost) {
                decoding = false;
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
        if (paused) {
            // The codec would read on when nothing was decoded, and so defeat the pause.
            ctx.fireChannelReadComplete();
        } else {
            super.channelReadComplete(ctx);
        }
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        if (broken) {
            in.skipBytes(in.readableBytes());
            return;
        }
        if (paused || (atHead && !headIsComplete(in, out))) {
            return;
        }
        int before = out.size();
        super.decode(ctx, in, out);
        if (out.size() > before) {
            note(out.get(out.size() - 1));
        }
    }

    private void note(Object last) {
        if (last instanceof DecoderResultProvider result
                && result.decoderResult().isFailure()) {
            broken = true;
        } else {
            atHead = last instanceof LastHttpContent;
        }
    }

    private boolean headIsComplete(ByteBuf in, List<Object> out) {
        boolean begun = guard.hasBegun();
        if (!begun && !skipEmptyLine(in)) {
            return false;
        }
        switch (guard.scan(in)) {
            case COMPLETE -> {
                emptyLineSkipped = false;
                atHead = false;
                return true;
            }
            case INCOMPLETE -> {
                if (!begun && guard.hasBegun()) {
                    headBegan.run();
                }
            }
            case BAD -> refuse(in, out, Failure.BAD_REQUEST, "control character, bare line end or folded line");
            case LINE_TOO_LONG -> refuse(in, out, Failure.HEADER_TOO_LARGE, "request line");
            case TOO_LARGE -> refuse(in, out, Failure.HEADER_TOO_LARGE, "head");
        }
        return false;
    }

    /** One empty line before a request line is tolerated (RFC 9112, section 2.2), more are not. */
    private boolean skipEmptyLine(ByteBuf in) {
        if (emptyLineSkipped || in.getByte(in.readerIndex()) != '\r') {
            return true;
        }
        if (in.readableBytes() < 2) {
            return false;
        }
        if (in.getByte(in.readerIndex() + 1) == '\n') {
            in.skipBytes(2);
            emptyLineSkipped = true;
        }
        return in.isReadable();
    }

    private void refuse(ByteBuf in, List<Object> out, Failure failure, String what) {
        in.skipBytes(in.readableBytes());
        broken = true;
        HttpRequest bad = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/");
        bad.setDecoderResult(DecoderResult.failure(new MalformedHead(failure, what)));
        out.add(bad);
    }

    @Override
    protected String splitFirstWordInitialLine(byte[] line, int start, int length) {
        requireSingleSpace(line, start, start == 0);
        wordEnd = start + length;
        return super.splitFirstWordInitialLine(line, start, length);
    }

    @Override
    protected String splitSecondWordInitialLine(byte[] line, int start, int length) {
        requireSingleSpace(line, start, start == wordEnd + 1);
        wordEnd = start + length;
        return super.splitSecondWordInitialLine(line, start, length);
    }

    @Override
    protected String splitThirdWordInitialLine(byte[] line, int start, int length) {
        requireSingleSpace(line, start, start == wordEnd + 1);
        return super.splitThirdWordInitialLine(line, start, length);
    }

    /** The codec takes any run of blanks between the words of the request line; other parsers do not. */
    private static void requireSingleSpace(byte[] line, int start, boolean inPlace) {
        if (!inPlace || (start > 0 && line[start - 1] != ' ')) {
            throw new MalformedHead(Failure.BAD_REQUEST, "request line");
        }
    }
}
