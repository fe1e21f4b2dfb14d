package io.portrgateway.admin.detail;

import io.portrgateway.admin.body.Content;
import io.portrgateway.admin.body.HexDump;
import io.portrgateway.admin.body.Json;
import io.portrgateway.admin.body.Visible;
import io.portrgateway.admin.exchange.Direction;
import io.portrgateway.admin.exchange.Frame;
import io.portrgateway.admin.web.Format;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One message of a WebSocket, or one event of a stream, on one line. Immutable.
 *
 * @param at since the start
 * @param preview its beginning
 * @param whole whether the preview is all of it
 */
record MessageView(
        int number,
        String at,
        boolean toVisitor,
        String kind,
        String size,
        String preview,
        boolean whole,
        @Nullable String note) {

    private static final int PREVIEW = 160;
    private static final int MAX_TEXT = 100_000;
    private static final int MAX_HEX = 4096;

    static MessageView of(Frame frame, Format format) {
        Content content = content(frame);
        String text = frame.kind().equals("close") ? closing(frame) : line(content);
        boolean cut = text.length() > PREVIEW;
        return new MessageView(
                frame.number(),
                "+" + Waterfall.micros(frame.atMicros()),
                frame.direction() == Direction.TO_VISITOR,
                kind(frame),
                format.bytes(frame.totalBytes()),
                cut ? text.substring(0, PREVIEW) : text,
                frame.kind().equals("close") || (!cut && isPlain(content)),
                note(frame, format));
    }

    /** Whether there is nothing to unfold. */
    private static boolean isPlain(Content content) {
        return switch (content.whatKind()) {
            case EMPTY, TEXT, FORM -> content.text().indexOf('\n') < 0;
            case JSON, XML, HTML, IMAGE, BINARY, MULTIPART -> false;
        };
    }

    private static Content content(Frame frame) {
        return Content.of(frame.content(), frame.truncated(), null);
    }

    private static String kind(Frame frame) {
        return frame.kind().equals("event") && frame.eventName() != null
                ? Visible.line(frame.eventName())
                : frame.kind();
    }

    private static String line(Content content) {
        return switch (content.whatKind()) {
            case EMPTY -> "";
            case IMAGE, BINARY, MULTIPART -> HexDump.line(content.bytes(), 32);
            case JSON, FORM, XML, HTML, TEXT ->
                Visible.text(content.text()).replace('\n', ' ').replace('\t', ' ');
        };
    }

    private static @Nullable String note(Frame frame, Format format) {
        if (frame.truncated()) {
            return "only the first " + format.bytes(frame.content().length) + " were recorded";
        }
        if (!frame.last()) {
            return "goes on in the next";
        }
        if (frame.eventId() != null && !frame.eventId().isEmpty()) {
            return "id " + Visible.line(frame.eventId());
        }
        return frame.compressed() ? "compressed" : null;
    }

    /** The code of RFC 6455 in words, with the reason that was given. */
    private static String closing(Frame frame) {
        @Nullable Integer code = frame.closeCode();
        if (code == null) {
            return "Closed without a code";
        }
        byte[] bytes = frame.content();
        String reason = bytes.length > 2
                ? Visible.line(new String(bytes, 2, bytes.length - 2, java.nio.charset.StandardCharsets.UTF_8))
                : "";
        return code + " " + closeWords(code) + (reason.isEmpty() ? "" : ": " + reason);
    }

    static String closeWords(int code) {
        return switch (code) {
            case 1000 -> "normal end";
            case 1001 -> "going away";
            case 1002 -> "protocol error";
            case 1003 -> "data of a kind that is not accepted";
            case 1005 -> "no code";
            case 1006 -> "connection lost";
            case 1007 -> "text that is not valid";
            case 1008 -> "against a policy";
            case 1009 -> "message too big";
            case 1010 -> "extension missing";
            case 1011 -> "server error";
            case 1012 -> "service restarts";
            case 1013 -> "try again later";
            case 1014 -> "bad gateway";
            case 1015 -> "TLS failed";
            default -> code >= 4000 && code < 5000 ? "of the application" : "of a library";
        };
    }

    /** Whether a line with this text in it is looked for. */
    static boolean contains(Frame frame, String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        return kind(frame).toLowerCase(Locale.ROOT).contains(lower)
                || content(frame).text().toLowerCase(Locale.ROOT).contains(lower);
    }

    /** All of it that was recorded, as far as a page shows it. */
    static String full(Frame frame) {
        Content content = content(frame);
        String text = switch (content.whatKind()) {
            case EMPTY -> "";
            case IMAGE, BINARY, MULTIPART -> HexDump.of(content.bytes(), 0, MAX_HEX);
            case JSON -> Visible.text(content.json().map(Json::pretty).orElse(content.text()));
            case FORM, XML, HTML, TEXT -> Visible.text(content.text());
        };
        return text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) + "\n…" : text;
    }
}
