package io.portrgateway.tunnel.testclient;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Reads HTTP/1.1 messages from a byte stream and copies their bodies as they are framed. Confined to one thread at a time. */
public final class HttpSource extends InputStream {

    private static final int HEAD_LIMIT_BYTES = 1024 * 1024;

    private final InputStream from;
    private final byte[] buffer = new byte[32 * 1024];
    private int position;
    private int end;

    /** Reads from a stream that nobody else reads. */
    public HttpSource(InputStream from) {
        this.from = from;
    }

    /** Waits for a first byte; false when the stream ended before it. */
    public boolean awaitByte() throws IOException {
        while (position == end) {
            int count = from.read(buffer, 0, buffer.length);
            if (count < 0) {
                return false;
            }
            position = 0;
            end = count;
        }
        return true;
    }

    /** The next head; empty when the stream ended before its first byte. */
    public Optional<HttpHead> readHead() throws IOException {
        if (!awaitByte()) {
            return Optional.empty();
        }
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int matched = 0;
        while (matched < 4) {
            int b = read();
            if (b < 0) {
                throw new EOFException("end inside a head");
            }
            head.write(b);
            matched = b == "\r\n\r\n".charAt(matched) ? matched + 1 : b == '\r' ? 1 : 0;
            if (head.size() > HEAD_LIMIT_BYTES) {
                throw new IOException("head too large");
            }
        }
        return Optional.of(HttpHead.parse(head.toByteArray()));
    }

    @Override
    public int read() throws IOException {
        return awaitByte() ? buffer[position++] & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!awaitByte()) {
            return -1;
        }
        int count = Math.min(length, end - position);
        System.arraycopy(buffer, position, target, offset, count);
        position += count;
        return count;
    }

    /** Copies that many bytes. */
    public void copyExactly(long bytes, OutputStream to) throws IOException {
        long left = bytes;
        while (left > 0) {
            if (!awaitByte()) {
                throw new EOFException("end inside a body, " + left + " bytes missing");
            }
            int count = (int) Math.min(left, end - position);
            to.write(buffer, position, count);
            to.flush();
            position += count;
            left -= count;
        }
    }

    /** Copies a chunked body with its frames and trailers. */
    public void copyChunked(OutputStream to) throws IOException {
        while (true) {
            String size = copyLine(to);
            long bytes = Long.parseLong(size.split(";", 2)[0].trim(), 16);
            if (bytes == 0) {
                break;
            }
            copyExactly(bytes + 2, to);
        }
        while (!copyLine(to).isEmpty()) {
            // trailers pass as they are
        }
    }

    /** Copies to the end of the stream, each read as one chunk. */
    void copyAsChunks(OutputStream to) throws IOException {
        while (awaitByte()) {
            int count = end - position;
            ByteArrayOutputStream chunk = new ByteArrayOutputStream(count + 16);
            chunk.writeBytes((Integer.toHexString(count) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            chunk.write(buffer, position, count);
            chunk.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
            position = end;
            to.write(chunk.toByteArray());
            to.flush();
        }
        to.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        to.flush();
    }

    private String copyLine(OutputStream to) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (true) {
            int b = read();
            if (b < 0) {
                throw new EOFException("end inside a line");
            }
            line.write(b);
            if (b == '\n') {
                break;
            }
        }
        to.write(line.toByteArray());
        to.flush();
        return line.toString(StandardCharsets.ISO_8859_1).trim();
    }
}
