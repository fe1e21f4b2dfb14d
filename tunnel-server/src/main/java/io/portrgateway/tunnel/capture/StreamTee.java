package io.portrgateway.tunnel.capture;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows what passes one way of a stream to a parser, until the parser gives up. Nothing that the parser does reaches the
 * bytes or who passes them on. Confined to the event loop where they pass.
 */
final class StreamTee {

    private static final Logger LOG = LoggerFactory.getLogger(StreamTee.class);

    private final CaptureQueue queue;
    private final FrameLog log;
    private @Nullable StreamParser parser;

    StreamTee(CaptureQueue queue, FrameLog log, StreamParser parser) {
        this.queue = queue;
        this.log = log;
        this.parser = parser;
    }

    void passed(ByteBuf bytes) {
        if (parser != null && !isFollowed(parser, bytes)) {
            parser = null;
            log.discard();
            queue.metrics().malformed();
        }
    }

    private static boolean isFollowed(StreamParser current, ByteBuf bytes) {
        try {
            return current.passed(bytes);
        } catch (RuntimeException bug) {
            LOG.warn("frames not followed", bug);
            return false;
        }
    }

    /** The stream is over; on whichever loop, but after the last bytes. */
    void end() {
        parser = null;
        log.discard();
        if (log.inflation() != null) {
            queue.ended(log.inflation());
        }
    }
}
