package io.portrgateway.tunnel.capture;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpUtil;
import io.portrgateway.tunnel.capture.RecordedFrame.Event;
import io.portrgateway.tunnel.capture.RecordedFrame.Kind;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Finds the events of a server-sent stream as its bytes pass, however they are cut (HTML Living Standard, section 9.2.6).
 * What a browser would not tell its page, such as comments and an event without its blank line, is none. Confined to
 * the event loop where the bytes pass.
 */
final class EventParser implements StreamParser {

    private static final ByteBuf LINE_FEED = Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(new byte[] {'\n'}))
            .asReadOnly();
    private static final int[] BYTE_ORDER_MARK = {0xEF, 0xBB, 0xBF};
    private static final int LONGEST_FIELD = 5;
    private static final int LONGEST_NAME = 256;

    private enum Part {
        FIELD,
        /** Behind the colon: one blank is not part of the value. */
        BLANK,
        VALUE
    }

    private enum Field {
        DATA,
        EVENT,
        ID,
        /** A comment, or one that says nothing about an event. */
        OTHER
    }

    private final FrameLog log;
    private final StringBuilder fieldName = new StringBuilder(LONGEST_FIELD + 1);
    private final ByteArrayOutputStream value = new ByteArrayOutputStream();
    private Part part = Part.FIELD;
    private Field field = Field.OTHER;
    private int markBytes;
    private boolean afterReturn;
    private boolean hasData;
    private @Nullable String name;
    private @Nullable String id;

    EventParser(FrameLog log) {
        this.log = log;
    }

    /** Whether an answer with these headers is a stream of events. */
    static boolean isFor(HttpHeaders answer) {
        @Nullable CharSequence type = HttpUtil.getMimeType(answer.get(HttpHeaderNames.CONTENT_TYPE, ""));
        return type != null
                && HttpHeaderValues.TEXT_EVENT_STREAM.contentEqualsIgnoreCase(
                        type.toString().trim());
    }

    /** Whether its body is the events as they are, and not some coding of them. */
    static boolean isPlain(HttpHeaders answer) {
        String coding = answer.get(HttpHeaderNames.CONTENT_ENCODING, "").trim();
        return coding.isEmpty() || HttpHeaderValues.IDENTITY.contentEqualsIgnoreCase(coding);
    }

    @Override
    public boolean passed(ByteBuf bytes) {
        int at = bytes.readerIndex();
        int end = bytes.writerIndex();
        while (at < end) {
            byte next = bytes.getByte(at);
            if (isMark(next) || (afterReturn && next == '\n')) {
                afterReturn = false;
                at++;
            } else if (next == '\r' || next == '\n') {
                afterReturn = next == '\r';
                endLine();
                at++;
            } else {
                afterReturn = false;
                at = part == Part.VALUE ? value(bytes, at, end) : field(next, at);
            }
        }
        return true;
    }

    private boolean isMark(byte next) {
        if (markBytes < BYTE_ORDER_MARK.length && (next & 0xFF) == BYTE_ORDER_MARK[markBytes]) {
            markBytes++;
            return true;
        }
        markBytes = BYTE_ORDER_MARK.length;
        return false;
    }

    /** One byte before the value; answers where the next one is. */
    private int field(byte next, int at) {
        if (part == Part.BLANK) {
            part = Part.VALUE;
            return next == ' ' ? at + 1 : at;
        }
        if (next == ':') {
            beginValue();
            part = Part.BLANK;
        } else if (fieldName.length() <= LONGEST_FIELD) {
            fieldName.append((char) (next & 0xFF));
        }
        return at + 1;
    }

    private void beginValue() {
        field = switch (fieldName.toString()) {
            case "data" -> Field.DATA;
            case "event" -> Field.EVENT;
            case "id" -> Field.ID;
            default -> Field.OTHER;
        };
        value.reset();
        if (field == Field.DATA) {
            if (hasData) {
                log.payload(LINE_FEED, 0, 1);
            } else {
                log.begin(Kind.EVENT, Integer.MAX_VALUE);
                hasData = true;
            }
        }
    }

    /** The value's bytes up to the line's end; answers where that is. */
    private int value(ByteBuf bytes, int from, int end) {
        int at = from;
        while (at < end && bytes.getByte(at) != '\r' && bytes.getByte(at) != '\n') {
            at++;
        }
        switch (field) {
            case DATA -> log.payload(bytes, from, at - from);
            case EVENT, ID -> {
                for (int i = from; i < at && value.size() < LONGEST_NAME; i++) {
                    value.write(bytes.getByte(i));
                }
            }
            case OTHER -> {}
        }
        return at;
    }

    private void endLine() {
        if (part == Part.FIELD && fieldName.isEmpty()) {
            endEvent();
            return;
        }
        if (part == Part.FIELD) {
            beginValue();
        }
        String text = value.toString(StandardCharsets.UTF_8);
        switch (field) {
            case EVENT -> name = text.replace('\0', '\uFFFD');
            case ID -> id = text.indexOf('\0') < 0 ? text : id;
            case DATA, OTHER -> {}
        }
        fieldName.setLength(0);
        part = Part.FIELD;
    }

    private void endEvent() {
        if (hasData) {
            boolean named = name != null && !name.isEmpty();
            boolean kept = log.keepsPayload();
            log.end(Kind.EVENT, true, false, 0, kept ? new Event(named ? name : null, id) : null);
        }
        hasData = false;
        name = null;
        id = null;
    }
}
