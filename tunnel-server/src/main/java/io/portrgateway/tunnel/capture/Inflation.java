package io.portrgateway.tunnel.capture;

import java.io.ByteArrayOutputStream;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Inflates the compressed frames of one direction (RFC 7692), so far as all that they refer to was kept. Confined to the
 * thread that reads the queue.
 */
final class Inflation {

    /** What zlib takes outside the heap. */
    static final int INFLATER_BYTES = 48 * 1024;

    /** What the end of each message leaves out (RFC 7692, section 7.2.1). */
    private static final byte[] TAIL = {0, 0, -1, -1};

    /** A frame may blow up by a thousand: beyond these it is given up. */
    private static final int MOST_FRAME_BYTES = 4 << 20;

    private static final long MOST_STREAM_BYTES = 64L << 20;

    private final CaptureQueue queue;
    private final boolean keepsContext;
    private final byte[] part = new byte[4096];
    private @Nullable Inflater inflater;
    private boolean lost;
    private boolean cut;
    private boolean closed;
    private long inflatedBytes;

    Inflation(CaptureQueue queue, boolean keepsContext) {
        this.queue = queue;
        this.keepsContext = keepsContext;
    }

    /** What the frame says, at most so many bytes of it; null when that cannot be known. Called for each in order. */
    @Nullable
    BodySample inflate(PassedFrame frame, int limitBytes) {
        boolean independent = !keepsContext && frame.kind() != RecordedFrame.Kind.CONTINUATION;
        if (independent) {
            release();
            lost = closed;
        } else if (frame.afterGap()) {
            lose();
        }
        boolean isEmpty = frame.payload().isTruncated() && frame.payload().keptBytes() == 0;
        if (lost || isEmpty || !prepare()) {
            lose();
            return null;
        }
        try {
            return inflated(frame, limitBytes);
        } catch (DataFormatException notDeflated) {
            lose();
            return null;
        }
    }

    private boolean prepare() {
        if (inflater == null && queue.reserveForBody(INFLATER_BYTES)) {
            inflater = new Inflater(true);
        }
        return inflater != null;
    }

    private BodySample inflated(PassedFrame frame, int limitBytes) throws DataFormatException {
        ByteArrayOutputStream kept = new ByteArrayOutputStream();
        cut = false;
        long totalBytes = feed(frame.payload().kept(), kept, limitBytes);
        if (frame.payload().isTruncated()) {
            lose();
        } else if (frame.last()) {
            totalBytes += feed(TAIL, kept, limitBytes);
            if (!keepsContext) {
                release();
            }
        }
        byte[] content = kept.toByteArray();
        // How much would have come is not known when it was cut short: more than there is
        return new BodySample(content, content.length, cut ? Math.max(totalBytes, content.length + 1L) : totalBytes);
    }

    private long feed(byte[] deflated, ByteArrayOutputStream kept, int limitBytes) throws DataFormatException {
        Inflater current = inflater;
        if (current == null) {
            return 0;
        }
        current.setInput(deflated);
        long totalBytes = 0;
        int count = current.inflate(part);
        while (count > 0 && !cut) {
            totalBytes += count;
            inflatedBytes += count;
            kept.write(part, 0, Math.clamp(limitBytes - kept.size(), 0, count));
            cut = totalBytes > MOST_FRAME_BYTES || inflatedBytes > MOST_STREAM_BYTES;
            count = cut ? 0 : current.inflate(part);
        }
        if (cut || current.finished() || current.needsDictionary()) {
            // A sender may end its deflate stream with a message, and refer to it later all the same
            lose();
        }
        return totalBytes;
    }

    private void lose() {
        lost = true;
        release();
    }

    private void release() {
        if (inflater != null) {
            inflater.end();
            inflater = null;
            queue.free(INFLATER_BYTES);
        }
    }

    /** The stream is over. */
    void close() {
        closed = true;
        lose();
    }
}
