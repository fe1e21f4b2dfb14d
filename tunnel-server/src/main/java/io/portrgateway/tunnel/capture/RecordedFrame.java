package io.portrgateway.tunnel.capture;

import io.portrgateway.tunnel.registry.Lease;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One frame of a WebSocket or one event of a server-sent stream, as the inspector shows it. Immutable.
 *
 * @param number from 1, in the order in which frames were complete; those that were not kept are counted too
 * @param atMicros since the exchange's start, when it was complete
 * @param last the message ends here
 * @param compressed it came compressed (RFC 7692)
 * @param inflated {@code content} is what it says; else a compressed frame is kept as it passed
 * @param totalBytes as it passed, without the frame's own head
 * @param truncated whether the end of the content is missing
 * @param closeCode of a close frame that has one
 * @param content the payload without its mask; of a close frame the reason
 * @param heldBytes heap that the queue has reserved for it
 */
public record RecordedFrame(
        Stream stream,
        int number,
        long atMicros,
        Direction direction,
        Kind kind,
        boolean last,
        boolean compressed,
        boolean inflated,
        long totalBytes,
        boolean truncated,
        @Nullable Integer closeCode,
        @Nullable Event event,
        BodySample content,
        long heldBytes) {

    /** What it is. */
    public enum Kind {
        TEXT,
        BINARY,
        CONTINUATION,
        PING,
        PONG,
        CLOSE,
        /** Of a server-sent stream. */
        EVENT;

        /** What the {@code kind} column says. */
        public String columnValue() {
            return name().toLowerCase(Locale.ROOT);
        }

        boolean isData() {
            return this == TEXT || this == BINARY || this == CONTINUATION;
        }
    }

    /** The exchange it belongs to. */
    public record Stream(String exchangeId, Instant startedAt, Lease lease) {}

    /** What an event has besides its data; null for what it has not. */
    public record Event(@Nullable String name, @Nullable String id) {}

    /** Whose tunnel it went through. */
    public long teamId() {
        return stream.lease().owner().teamId();
    }

    /** The same frame without what is in it. */
    public RecordedFrame withoutContent() {
        return new RecordedFrame(
                stream,
                number,
                atMicros,
                direction,
                kind,
                last,
                compressed,
                inflated,
                totalBytes,
                truncated || content.keptBytes() > 0,
                closeCode,
                null,
                content.withheld(),
                heldBytes);
    }
}
