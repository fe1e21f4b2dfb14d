package io.portrgateway.tunnel.capture;

import io.netty.buffer.ByteBuf;
import io.portrgateway.tunnel.capture.RecordedFrame.Kind;
import org.jspecify.annotations.Nullable;

/**
 * Finds the frames of one direction of a WebSocket in its bytes as they pass, however they are cut (RFC 6455, section
 * 5.2). It holds nothing back: of a frame's head it remembers what it has seen, of the payload only what the log keeps.
 *
 * <p>A peer that masks wrongly is followed all the same, for that is what somebody will want to see. Everything else that
 * is no WebSocket ends the parsing for good. Confined to the event loop where the bytes pass.
 */
final class FrameParser implements StreamParser {

    private static final int LONGEST_HEAD = 14;
    private static final int LONGEST_CONTROL = 125;
    private static final int RSV1 = 0x40;
    private static final int RSV = 0x70;

    private final FrameLog log;
    private final Extensions extensions;
    private final byte[] head = new byte[LONGEST_HEAD];
    private int headBytes;
    private boolean inPayload;
    private long leftBytes;
    private Kind kind = Kind.TEXT;
    private boolean compressedFrame;
    private boolean inMessage;
    private boolean compressedMessage;

    FrameParser(FrameLog log, Extensions extensions) {
        this.log = log;
        this.extensions = extensions;
    }

    @Override
    public boolean passed(ByteBuf bytes) {
        int at = bytes.readerIndex();
        int end = bytes.writerIndex();
        while (at < end) {
            if (inPayload) {
                int count = (int) Math.min(leftBytes, end - at);
                log.payload(bytes, at, count);
                at += count;
                leftBytes -= count;
                endWhenComplete();
            } else {
                head[headBytes++] = bytes.getByte(at++);
                if (headBytes == neededBytes() && !begin()) {
                    return false;
                }
            }
        }
        return true;
    }

    /** How long the head is, as far as can be told by now. */
    private int neededBytes() {
        if (headBytes < 2) {
            return 2;
        }
        int lengthBytes = switch (head[1] & 0x7F) {
            case 126 -> 2;
            case 127 -> 8;
            default -> 0;
        };
        return 2 + lengthBytes + (isMasked() ? 4 : 0);
    }

    private boolean isMasked() {
        return (head[1] & 0x80) != 0;
    }

    private boolean isLast() {
        return (head[0] & 0x80) != 0;
    }

    /** The head is complete; false when it is none. */
    private boolean begin() {
        @Nullable Kind found = kind(head[0] & 0x0F);
        long length = length();
        if (found == null || length < 0) {
            return false;
        }
        kind = found;
        boolean fits = found.isData() ? beginData() : length <= LONGEST_CONTROL && isLast() && hasPlainBits(RSV);
        if (!fits) {
            return false;
        }
        compressedFrame = found.isData() && compressedMessage;
        leftBytes = length;
        inPayload = true;
        log.begin(kind, length);
        endWhenComplete();
        return true;
    }

    private boolean beginData() {
        if ((kind == Kind.CONTINUATION) != inMessage) {
            return false;
        }
        if (kind == Kind.CONTINUATION) {
            inMessage = !isLast();
            return hasPlainBits(RSV);
        }
        compressedMessage = extensions.deflates() && (head[0] & RSV1) != 0;
        inMessage = !isLast();
        return hasPlainBits(compressedMessage ? RSV & ~RSV1 : RSV);
    }

    /** Reserved bits mean something only where an extension says so (section 5.2). */
    private boolean hasPlainBits(int mask) {
        return extensions.areUnknown() || (head[0] & mask) == 0;
    }

    private static @Nullable Kind kind(int opcode) {
        return switch (opcode) {
            case 0 -> Kind.CONTINUATION;
            case 1 -> Kind.TEXT;
            case 2 -> Kind.BINARY;
            case 8 -> Kind.CLOSE;
            case 9 -> Kind.PING;
            case 10 -> Kind.PONG;
            default -> null;
        };
    }

    /** Less than 0 where it is not written in the shortest way, or has its highest bit set. */
    private long length() {
        int coded = head[1] & 0x7F;
        long length = coded;
        if (coded >= 126) {
            length = 0;
            for (int i = 2; i < (coded == 126 ? 4 : 10); i++) {
                length = length << 8 | (head[i] & 0xFF);
            }
            if (length < (coded == 126 ? 126 : 0x10000)) {
                return -1;
            }
        }
        return length;
    }

    private int mask() {
        int mask = 0;
        for (int i = headBytes - 4; isMasked() && i < headBytes; i++) {
            mask = mask << 8 | (head[i] & 0xFF);
        }
        return mask;
    }

    private void endWhenComplete() {
        if (leftBytes == 0) {
            log.end(kind, isLast(), compressedFrame, mask(), null);
            inPayload = false;
            headBytes = 0;
        }
    }
}
