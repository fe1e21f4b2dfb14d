package io.portrgateway.tunnel.capture;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.portrgateway.tunnel.capture.RecordedFrame.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An exchange that goes on, and what passes both ways of it. Each direction is confined to the event loop where its bytes
 * are read.
 */
final class RecordedStream {

    private final RecordedExchange row;
    private final FrameCounts counts = new FrameCounts();
    private @Nullable StreamTee toUpstream;
    private @Nullable StreamTee toVisitor;

    private RecordedStream(RecordedExchange row) {
        this.row = row;
    }

    /** Looks for frames or events where the answer says that there are some. */
    static RecordedStream of(
            CaptureQueue queue, RecordedExchange row, HttpHeaders answer, FrameLimits limits, long beganNanos) {
        RecordedStream stream = new RecordedStream(row);
        Stream of = new Stream(row.id(), row.startedAt(), row.lease());
        if (EventParser.isFor(answer) && EventParser.isPlain(answer)) {
            FrameLog log = new FrameLog(queue, of, Direction.TO_VISITOR, limits, stream.counts, beganNanos, null);
            stream.toVisitor = new StreamTee(queue, log, new EventParser(log));
        } else if (answer.contains(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)) {
            Extensions extensions = Extensions.agreed(answer);
            for (Direction direction : Direction.values()) {
                @Nullable
                Inflation inflation =
                        extensions.deflates() ? new Inflation(queue, extensions.keepsContext(direction)) : null;
                FrameLog log = new FrameLog(queue, of, direction, limits, stream.counts, beganNanos, inflation);
                StreamTee tee = new StreamTee(queue, log, new FrameParser(log, extensions));
                switch (direction) {
                    case TO_UPSTREAM -> stream.toUpstream = tee;
                    case TO_VISITOR -> stream.toVisitor = tee;
                }
            }
        }
        return stream;
    }

    /** As it was when it began. */
    RecordedExchange row() {
        return row;
    }

    /** Frames or events that passed; null where none were looked for. */
    @Nullable
    Long frameCount() {
        return toVisitor == null ? null : counts.passed();
    }

    void toUpstream(ByteBuf part) {
        if (toUpstream != null) {
            toUpstream.passed(part);
        }
    }

    void toVisitor(ByteBuf part) {
        if (toVisitor != null) {
            toVisitor.passed(part);
        }
    }

    /** Nothing passes any more. */
    void end() {
        if (toUpstream != null) {
            toUpstream.end();
        }
        if (toVisitor != null) {
            toVisitor.end();
        }
    }
}
