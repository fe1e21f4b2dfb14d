package io.portrgateway.tunnel.http;

import io.netty.buffer.ByteBuf;

/**
 * Looks at the raw bytes of a message head before the codec does, and refuses what parsers are known to disagree on:
 * bare CR or LF, control characters, and header lines folded over several lines (RFC 9112, sections 2.2 and 5.2). The
 * codec then gets complete heads only.
 *
 * <p>Confined to its channel's event loop.
 */
final class HeadGuard {

    /** What is known about the head so far. */
    enum Verdict {
        /** More bytes are needed. */
        INCOMPLETE,
        /** The head is complete and well formed on this level. */
        COMPLETE,
        BAD,
        LINE_TOO_LONG,
        TOO_LARGE
    }

    private static final long LOW_BITS = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long SPACES = 0x20 * LOW_BITS;
    private static final long DELETES = 0x7F * LOW_BITS;

    private final int maxLineBytes;
    private final int maxHeadBytes;

    /** Offsets from the head's first byte. */
    private int scanned;

    private int lineStart;

    HeadGuard(int maxLineBytes, int maxHeadBytes) {
        this.maxLineBytes = maxLineBytes;
        this.maxHeadBytes = maxHeadBytes;
    }

    /** Whether bytes of the present head were seen. */
    boolean hasBegun() {
        return scanned > 0;
    }

    /** Looks at the bytes that came since the last call; the head begins at the reader index, which stays where it is. */
    Verdict scan(ByteBuf in) {
        int head = in.readerIndex();
        int end = in.writerIndex();
        int i = head + scanned;
        while (i < end) {
            if (i - head == lineStart && lineStart > 0 && isBlank(in.getByte(i))) {
                return Verdict.BAD;
            }
            i = skipPlain(in, i, end);
            if (i == end) {
                break;
            }
            byte b = in.getByte(i);
            if (b == '\t' || b < 0 || (b >= 0x20 && b != 0x7F)) {
                i++;
                continue;
            }
            if (b != '\r' || i == head) {
                return Verdict.BAD;
            }
            if (i + 1 == end) {
                break;
            }
            if (in.getByte(i + 1) != '\n') {
                return Verdict.BAD;
            }
            if (i - head == lineStart) {
                boolean fits = i - head <= maxHeadBytes;
                reset();
                return fits ? Verdict.COMPLETE : Verdict.TOO_LARGE;
            }
            if (lineStart == 0 && i - head > maxLineBytes) {
                return Verdict.LINE_TOO_LONG;
            }
            i += 2;
            lineStart = i - head;
        }
        scanned = i - head;
        if (lineStart == 0 && scanned > maxLineBytes) {
            return Verdict.LINE_TOO_LONG;
        }
        return scanned > maxHeadBytes ? Verdict.TOO_LARGE : Verdict.INCOMPLETE;
    }

    private void reset() {
        scanned = 0;
        lineStart = 0;
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t';
    }

    /** Skips eight bytes at a time as long as none of them is a control character. */
    private static int skipPlain(ByteBuf in, int from, int end) {
        int i = from;
        while (i + Long.BYTES <= end) {
            long word = in.getLongLE(i);
            long controls = (word - SPACES) & ~word & HIGH_BITS;
            long notDelete = word ^ DELETES;
            long deletes = (notDelete - LOW_BITS) & ~notDelete & HIGH_BITS;
            if ((controls | deletes) != 0) {
                // A borrow can mark a byte wrongly, but never the first one that is marked.
                return i + (Long.numberOfTrailingZeros(controls | deletes) >>> 3);
            }
            i += Long.BYTES;
        }
        return i;
    }
}
