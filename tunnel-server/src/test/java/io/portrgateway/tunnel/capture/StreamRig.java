package io.portrgateway.tunnel.capture;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.portrgateway.tunnel.capture.CaptureRules.Team;
import io.portrgateway.tunnel.config.CaptureConfig;
import io.portrgateway.tunnel.config.CaptureConfig.Mode;
import io.portrgateway.tunnel.config.Settings;
import io.portrgateway.tunnel.metrics.CaptureMetrics;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.Deflater;

/** A stream whose bytes a test passes by hand, and what was kept of it. */
final class StreamRig {

    static final FrameLimits LIMITS = new FrameLimits(1000, 100, 100_000);

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final CaptureQueue queue;
    private final RecordedStream stream;

    private StreamRig(FrameLimits limits, HttpHeaders answer) {
        this.queue = new CaptureQueue(
                CaptureConfig.read(new Settings(Map.of("PORTR_CAPTURE", "full", "PORTR_CAPTURE_QUEUE", "1MiB"))),
                new CaptureMetrics(meters));
        this.stream = RecordedStream.of(
                queue, Records.of("/", Fields.NONE, BodySample.NONE, Fields.NONE, BodySample.NONE), answer, limits, 0);
    }

    static StreamRig webSocket(FrameLimits limits, String extensions) {
        return new StreamRig(
                limits,
                new DefaultHttpHeaders().add("Upgrade", "WebSocket").add("Sec-WebSocket-Extensions", extensions));
    }

    static StreamRig webSocket() {
        return webSocket(LIMITS, "");
    }

    static StreamRig events(FrameLimits limits) {
        return new StreamRig(limits, new DefaultHttpHeaders().add("Content-Type", "text/event-stream; charset=utf-8"));
    }

    StreamRig toUpstream(String hex) {
        return pass(true, bytes(hex), Integer.MAX_VALUE);
    }

    StreamRig toVisitor(String hex) {
        return pass(false, bytes(hex), Integer.MAX_VALUE);
    }

    StreamRig toVisitor(byte[] bytes, int pieceBytes) {
        return pass(false, bytes, pieceBytes);
    }

    /** Passes the bytes in pieces, each somewhere in the middle of its buffer. */
    StreamRig pass(boolean toUpstream, byte[] bytes, int pieceBytes) {
        for (int from = 0; from < bytes.length; from += pieceBytes) {
            int count = Math.min(pieceBytes, bytes.length - from);
            ByteBuf piece = Unpooled.buffer();
            piece.writeZero(3).readerIndex(3).writeBytes(bytes, from, count);
            ByteBuf before = piece.copy();
            if (toUpstream) {
                stream.toUpstream(piece);
            } else {
                stream.toVisitor(piece);
            }
            if (!piece.equals(before) || piece.readerIndex() != 3) {
                throw new AssertionError("the bytes were changed");
            }
        }
        return this;
    }

    /** One line per frame kept since the last time. */
    List<String> frames() {
        List<RecordedFrame> frames = queue.takeFrames(100_000, Long.MAX_VALUE);
        queue.framesWritten(frames);
        return frames.stream().map(StreamRig::line).toList();
    }

    private static String line(RecordedFrame frame) {
        StringBuilder line = new StringBuilder()
                .append(frame.number())
                .append(frame.direction() == Direction.TO_UPSTREAM ? " > " : " < ")
                .append(frame.kind().columnValue())
                .append(frame.last() ? " " : "... ")
                .append(frame.totalBytes());
        if (frame.compressed()) {
            line.append(frame.inflated() ? " inflated" : " compressed");
        }
        if (frame.closeCode() != null) {
            line.append(" code=").append(frame.closeCode());
        }
        if (frame.event() != null) {
            line.append(" name=")
                    .append(frame.event().name())
                    .append(" id=")
                    .append(frame.event().id());
        }
        return line.append(" [")
                .append(new String(frame.content().kept(), StandardCharsets.UTF_8))
                .append(frame.truncated() ? "~]" : "]")
                .toString();
    }

    long passed() {
        return stream.frameCount() == null ? -1 : stream.frameCount();
    }

    double held() {
        return meters.get("portr.capture.queued").gauge().value();
    }

    double malformed() {
        return meters.get("portr.capture.streams.malformed").counter().count();
    }

    double dropped(String reason) {
        return meters.get("portr.capture.frames.dropped")
                .tag("reason", reason)
                .counter()
                .count();
    }

    /** From now on the team has these rules. */
    StreamRig rules(Mode mode, String... secretPaths) {
        queue.rules()
                .become(
                        List.of(new Team(
                                Records.of("/", Fields.NONE, BodySample.NONE, Fields.NONE, BodySample.NONE)
                                        .lease()
                                        .owner()
                                        .teamId(),
                                mode,
                                List.of(),
                                List.of(),
                                List.of(secretPaths),
                                false,
                                null)),
                        List.of());
        return this;
    }

    void fillQueue() {
        while (queue.reserveForBody(100)) {
            // until nothing fits any more
        }
    }

    /** Ends the stream; answers what is still held once everything was taken. */
    double end() {
        stream.end();
        frames();
        return held();
    }

    static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    /** One unmasked frame. */
    static byte[] frame(int firstByte, byte[] payload) {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(firstByte);
        if (payload.length < 126) {
            frame.write(payload.length);
        } else if (payload.length < 0x10000) {
            frame.write(126);
            frame.write(payload.length >> 8);
            frame.write(payload.length);
        } else {
            frame.write(127);
            for (int shift = 56; shift >= 0; shift -= 8) {
                frame.write((int) ((long) payload.length >> shift));
            }
        }
        frame.writeBytes(payload);
        return frame.toByteArray();
    }

    /** One compressed message, whose context is the deflater's (RFC 7692, section 7.2.1). */
    static byte[] deflated(Deflater deflater, String text) {
        deflater.setInput(text.getBytes(StandardCharsets.UTF_8));
        byte[] buffer = new byte[text.length() + 1000];
        int count = deflater.deflate(buffer, 0, buffer.length, Deflater.SYNC_FLUSH);
        return java.util.Arrays.copyOf(buffer, count - 4);
    }
}
