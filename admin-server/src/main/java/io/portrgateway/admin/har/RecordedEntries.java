package io.portrgateway.admin.har;

import io.portrgateway.admin.body.Content;
import io.portrgateway.admin.exchange.Direction;
import io.portrgateway.admin.exchange.Exchange;
import io.portrgateway.admin.exchange.Exchanges;
import io.portrgateway.admin.exchange.Frame;
import io.portrgateway.admin.exchange.StoredBody;
import io.portrgateway.admin.har.Entry.Message;
import io.portrgateway.admin.har.Entry.Timings;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;

/** Makes entries out of recorded exchanges. Thread-safe. */
@Component
final class RecordedEntries {

    private static final double MICROS_PER_MILLI = 1_000;
    private static final double MILLIS_PER_SECOND = 1_000;
    private static final int SWITCHING_PROTOCOLS = 101;
    private static final int FRAME_PIECE = 200;
    /** Most frames of one exchange in a file. */
    static final int MAX_FRAMES = 10_000;

    private final Exchanges exchanges;

    RecordedEntries(Exchanges exchanges) {
        this.exchanges = exchanges;
    }

    /** The exchange with its bodies and messages. */
    Entry of(Exchange found) {
        // A search finds encrypted ones without their fields
        Exchange exchange = exchanges.open(found);
        String status = exchange.status() == null ? "" : reason(exchange.status());
        String version = "HTTP/" + exchange.httpVersion();
        return new Entry(
                exchange.startedAt(),
                exchange.method(),
                url(exchange),
                version,
                exchange.requestHeaders(),
                exchange.requestTrailers(),
                asSent(exchange),
                exchange.status() == null ? 0 : exchange.status(),
                status,
                version,
                exchange.responseHeaders(),
                exchange.responseTrailers(),
                decoded(exchange),
                Entry.header(exchange.responseHeaders(), "location"),
                exchange.isCompleted() || exchange.isOpen() ? null : exchange.outcome(),
                timings(exchange),
                messages(exchange),
                extras(exchange));
    }

    /** As a browser has it: a WebSocket is one by its scheme. */
    private static String url(Exchange exchange) {
        boolean webSocket = exchange.status() != null
                && exchange.status() == SWITCHING_PROTOCOLS
                && exchange.header(Direction.TO_UPSTREAM, "upgrade")
                        .map(value -> value.equalsIgnoreCase("websocket"))
                        .orElse(false);
        return webSocket ? exchange.url().replaceFirst("^http", "ws") : exchange.url();
    }

    private static String reason(int status) {
        HttpStatus known = HttpStatus.resolve(status);
        return known == null ? "" : known.getReasonPhrase();
    }

    /** A request's body stays as it was sent, coding and all: that is what is sent again. */
    private Payload asSent(Exchange exchange) {
        StoredBody body = body(exchange, Direction.TO_UPSTREAM);
        if (body.content().length == 0 && body.truncated()) {
            return missing(body.totalBytes());
        }
        return new Payload(
                body.content(),
                body.totalBytes(),
                body.totalBytes(),
                body.truncated(),
                body.truncated() ? cut(body.content().length, body.totalBytes()) : null);
    }

    private Payload decoded(Exchange exchange) {
        StoredBody body = body(exchange, Direction.TO_VISITOR);
        if (body.content().length == 0 && body.truncated()) {
            return missing(body.totalBytes());
        }
        @Nullable String cut = body.truncated() ? cut(body.content().length, body.totalBytes()) : null;
        Content plain = Content.of(
                body,
                null,
                exchange.header(Direction.TO_VISITOR, "content-encoding").orElse(null));
        if (plain.isCoded() || (plain.undone().isEmpty() && plain.codingProblem() == null)) {
            // what cannot be decoded stays as it passed, so that nothing is lost
            return new Payload(
                    body.content(),
                    body.totalBytes(),
                    body.totalBytes(),
                    body.truncated(),
                    plain.isCoded() ? plain.codingProblem() : cut);
        }
        boolean whole = plain.codingProblem() == null && !body.truncated();
        return new Payload(
                plain.bytes(),
                plain.bytes().length,
                body.totalBytes(),
                !whole,
                cut == null ? plain.codingProblem() : cut);
    }

    private StoredBody body(Exchange exchange, Direction direction) {
        return exchanges.body(exchange, direction).orElseGet(() -> StoredBody.none(exchange.bytes(direction)));
    }

    private static Payload missing(long totalBytes) {
        return new Payload(null, totalBytes, totalBytes, true, "The body was not recorded.");
    }

    private static String cut(long keptBytes, long totalBytes) {
        return "Cut: " + keptBytes + " of " + totalBytes + " bytes were recorded.";
    }

    /** Our phases as HAR has them; they follow each other without gaps, and their sum is the whole. */
    private static Timings timings(Exchange exchange) {
        long whole = exchange.durationMicros();
        long queued = exchange.queuedMicros() == null ? 0 : Math.min(exchange.queuedMicros(), whole);
        long first = exchange.firstByteMicros() == null ? whole : Math.clamp(exchange.firstByteMicros(), queued, whole);
        // a service may answer before it has read everything
        long sent = exchange.requestMicros() == null ? queued : Math.clamp(exchange.requestMicros(), queued, first);
        return new Timings(
                exchange.queuedMicros() == null ? -1 : millis(queued),
                -1,
                -1,
                -1,
                millis(sent - queued),
                millis(first - sent),
                millis(whole - first),
                millis(whole));
    }

    private static double millis(long micros) {
        return micros / MICROS_PER_MILLI;
    }

    private static Map<String, Object> extras(Exchange exchange) {
        Map<String, Object> extras = new LinkedHashMap<>();
        extras.put("id", exchange.id());
        extras.put("outcome", exchange.outcome());
        extras.put("tunnel", exchange.hostname());
        extras.put("connection", exchange.connectionId());
        extras.put("visitorAddress", exchange.visitorAddress());
        put(extras, "tls", exchange.tls());
        put(extras, "session", exchange.session());
        extras.put("node", exchange.node());
        put(extras, "queuedMicros", exchange.queuedMicros());
        put(extras, "requestMicros", exchange.requestMicros());
        put(extras, "firstByteMicros", exchange.firstByteMicros());
        extras.put("durationMicros", exchange.durationMicros());
        extras.put("requestBytes", exchange.requestBytes());
        extras.put("responseBytes", exchange.responseBytes());
        put(extras, "replayOf", exchange.replayOf());
        return extras;
    }

    private static void put(Map<String, Object> extras, String name, @Nullable Object value) {
        if (value != null) {
            extras.put(name, value);
        }
    }

    private List<Message> messages(Exchange exchange) {
        List<Message> messages = new ArrayList<>();
        List<Frame> parts = new ArrayList<>();
        int after = 0;
        int left = MAX_FRAMES;
        List<Frame> piece;
        do {
            piece = exchanges.frames(exchange, after, Math.min(FRAME_PIECE, left));
            for (Frame frame : piece) {
                after = frame.number();
                collect(exchange.startedAt(), frame, parts, messages);
            }
            left -= piece.size();
        } while (piece.size() == FRAME_PIECE && left > 0);
        return messages;
    }

    /** A message may come in several frames, and control frames in between. */
    private static void collect(Instant start, Frame frame, List<Frame> parts, List<Message> messages) {
        boolean control =
                opcode(frame.kind()) >= opcode("close") || frame.kind().equals("event");
        if (control) {
            messages.add(message(start, List.of(frame)));
            return;
        }
        Direction direction = frame.direction();
        parts.add(frame);
        if (frame.last()) {
            List<Frame> whole =
                    parts.stream().filter(part -> part.direction() == direction).toList();
            parts.removeAll(whole);
            messages.add(message(start, whole));
        }
    }

    private static Message message(Instant start, List<Frame> frames) {
        Frame first = frames.getFirst();
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        frames.forEach(frame -> content.writeBytes(frame.content()));
        boolean truncated = frames.stream().anyMatch(Frame::truncated);
        int opcode = opcode(first.kind());
        boolean binary = opcode == opcode("binary");
        Optional<String> text = binary ? Optional.empty() : Payload.text(content.toByteArray());
        return new Message(
                first.direction() == Direction.TO_UPSTREAM ? "send" : "receive",
                (ChronoUnit.MICROS.between(Instant.EPOCH, start)
                                + frames.getLast().atMicros())
                        / MICROS_PER_MILLI
                        / MILLIS_PER_SECOND,
                opcode,
                first.eventName(),
                first.eventId(),
                text.orElseGet(() -> Base64.getEncoder().encodeToString(content.toByteArray())),
                !binary && text.isEmpty(),
                truncated ? frames.stream().mapToLong(Frame::totalBytes).sum() : -1);
    }

    private static int opcode(String kind) {
        return switch (kind) {
            case "text" -> 1;
            case "binary" -> 2;
            case "close" -> 8;
            case "ping" -> 9;
            case "pong" -> 10;
            // an event; and a continuation whose beginning is not there
            default -> 0;
        };
    }
}
