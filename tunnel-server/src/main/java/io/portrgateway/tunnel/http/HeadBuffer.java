package io.portrgateway.tunnel.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.FastThreadLocal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes heads as bytes, one character per byte, so that paths and header values leave exactly as they came: Netty's
 * encoder would send a path's bytes above 127 as UTF-8. One growing array per thread; a head costs one copy.
 *
 * <p>Confined to the thread that got it, from {@link Source#begin} to {@link #end}.
 */
final class HeadBuffer {

    private static final int INITIAL_BYTES = 4096;

    /** Beyond this the array is not kept for the next head. */
    private static final int KEPT_BYTES = 64 * 1024;

    private byte[] bytes = new byte[INITIAL_BYTES];
    private int length;

    private HeadBuffer() {}

    /** One buffer per thread. Thread-safe. */
    static final class Source {

        private final FastThreadLocal<HeadBuffer> heads = new Buffers();
        private final FastThreadLocal<HeadBuffer> parts = new Buffers();

        /** The calling thread's buffer, empty. */
        HeadBuffer begin() {
            return empty(heads.get());
        }

        /** Another one, for a part that is made while a head is. */
        HeadBuffer beginSecond() {
            return empty(parts.get());
        }

        private static HeadBuffer empty(HeadBuffer buffer) {
            buffer.length = 0;
            if (buffer.bytes.length > KEPT_BYTES) {
                buffer.bytes = new byte[INITIAL_BYTES];
            }
            return buffer;
        }
    }

    private static final class Buffers extends FastThreadLocal<HeadBuffer> {

        @Override
        protected HeadBuffer initialValue() {
            return new HeadBuffer();
        }
    }

    HeadBuffer text(CharSequence text) {
        int count = text.length();
        reserve(count);
        if (text instanceof AsciiString ascii) {
            System.arraycopy(ascii.array(), ascii.arrayOffset(), bytes, length, count);
        } else {
            latin1(text.toString(), count);
        }
        length += count;
        return this;
    }

    /** The deprecated method is the only one that copies a Latin-1 string into an array without an allocation. */
    @SuppressWarnings("deprecation")
    private void latin1(String text, int count) {
        text.getBytes(0, count, bytes, length);
    }

    HeadBuffer raw(byte[] ready) {
        reserve(ready.length);
        System.arraycopy(ready, 0, bytes, length, ready.length);
        length += ready.length;
        return this;
    }

    HeadBuffer octet(char c) {
        reserve(1);
        bytes[length++] = (byte) c;
        return this;
    }

    HeadBuffer number(long value) {
        return text(Long.toString(value));
    }

    HeadBuffer hex(int value) {
        return text(Integer.toHexString(value));
    }

    HeadBuffer field(CharSequence name, CharSequence value) {
        return text(name).octet(':').octet(' ').text(value).newLine();
    }

    HeadBuffer newLine() {
        return octet('\r').octet('\n');
    }

    /** The bytes so far, for use more than once. */
    byte[] copy() {
        return Arrays.copyOf(bytes, length);
    }

    /** What was written, as a new buffer; {@code room} bytes can be appended to it cheaply. */
    ByteBuf end(ByteBufAllocator allocator, int room) {
        return allocator.buffer(length + room).writeBytes(bytes, 0, length);
    }

    /** Appends what was written to the buffer if there is room for it. */
    boolean appendTo(ByteBuf to) {
        if (to.writableBytes() < length) {
            return false;
        }
        to.writeBytes(bytes, 0, length);
        return true;
    }

    @Override
    public String toString() {
        return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
    }

    private void reserve(int count) {
        if (bytes.length - length < count) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + count));
        }
    }
}
