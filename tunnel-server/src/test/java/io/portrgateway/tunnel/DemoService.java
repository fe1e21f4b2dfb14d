package io.portrgateway.tunnel;

import io.portrgateway.tunnel.testclient.HttpHead;
import io.portrgateway.tunnel.testclient.HttpSource;
import io.portrgateway.tunnel.testclient.LocalServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The web application of a user: {@code /hello}, {@code /digest} (of what is posted), {@code /bytes/N}, {@code /sse} (an event per
 * {@link #event}) and {@code /ws} (frames come back as they are). Thread-safe.
 */
final class DemoService implements AutoCloseable {

    private static final int CHUNK_BYTES = 64 * 1024;

    private final Semaphore events = new Semaphore(0);
    private final AtomicInteger requests = new AtomicInteger();
    private final LocalServer server = new LocalServer(this::serve);

    DemoService() throws IOException {}

    int port() {
        return server.port();
    }

    int requestCount() {
        return requests.get();
    }

    /** Lets each listener's stream send one more event. */
    void event() {
        events.release();
    }

    private void serve(Socket socket) throws IOException {
        socket.setTcpNoDelay(true);
        HttpSource source = new HttpSource(socket.getInputStream());
        OutputStream output = socket.getOutputStream();
        for (Optional<HttpHead> head = source.readHead(); head.isPresent(); head = source.readHead()) {
            requests.incrementAndGet();
            String path = head.get().startLine().split(" ")[1];
            if (path.startsWith("/ws")) {
                webSocket(source, output);
                return;
            }
            MessageDigest digest = sha256();
            OutputStream toDigest = digesting(digest);
            if (head.get().isChunked()) {
                source.copyChunked(toDigest);
            } else if (head.get().contentLength() > 0) {
                source.copyExactly(head.get().contentLength(), toDigest);
            }
            switch (path.split("/")[1]) {
                case "digest" -> answer(output, HexFormat.of().formatHex(digest.digest()));
                case "bytes" -> bytes(output, Long.parseLong(path.substring("/bytes/".length())));
                case "sse" -> serverSentEvents(output);
                case "chain" ->
                    answer(output, head.get().first("X-Forwarded-For").orElse(""));
                default -> answer(output, "hello");
            }
        }
    }

    private static void answer(OutputStream output, String text) throws IOException {
        output.write(
                ("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " + text.length() + "\r\n\r\n" + text)
                        .getBytes(StandardCharsets.US_ASCII));
    }

    private static void bytes(OutputStream output, long count) throws IOException {
        output.write(("HTTP/1.1 200 OK\r\nContent-Length: " + count + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        pattern(output, count);
    }

    /** Writes bytes that do not repeat at any power of two, so that a lost or doubled packet changes the digest. */
    static void pattern(OutputStream output, long count) throws IOException {
        byte[] block = new byte[CHUNK_BYTES - 13];
        for (int i = 0; i < block.length; i++) {
            block[i] = (byte) (i * 31 + (i >> 8));
        }
        long left = count;
        for (int round = 0; left > 0; round++) {
            block[0] = (byte) round;
            block[1] = (byte) (round >> 8);
            int size = (int) Math.min(left, block.length);
            output.write(block, 0, size);
            left -= size;
        }
    }

    /** The digest of {@link #pattern}. */
    static String patternDigest(long count) throws IOException {
        MessageDigest digest = sha256();
        pattern(digesting(digest), count);
        return HexFormat.of().formatHex(digest.digest());
    }

    static OutputStream digesting(MessageDigest digest) {
        return new OutputStream() {
            @Override
            public void write(int b) {
                digest.update((byte) b);
            }

            @Override
            public void write(byte[] data, int offset, int length) {
                digest.update(data, offset, length);
            }
        };
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private void serverSentEvents(OutputStream output) throws IOException {
        output.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                .getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < 3; i++) {
            try {
                if (!events.tryAcquire(20, TimeUnit.SECONDS)) {
                    throw new IOException("no event");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
            output.write(("9\r\ndata: " + i + "\n\n\r\n").getBytes(StandardCharsets.US_ASCII));
        }
        output.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    private static void webSocket(HttpSource source, OutputStream output) throws IOException {
        output.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
                .getBytes(StandardCharsets.US_ASCII));
        while (source.awaitByte()) {
            Frame frame = Frame.read(source);
            output.write(frame.bytes(false));
            if (frame.opcode() == Frame.CLOSE) {
                return;
            }
        }
    }

    /** One WebSocket frame with its payload as text of ISO 8859-1. */
    record Frame(boolean last, int opcode, String payload) {

        static final int CONTINUATION = 0;
        static final int TEXT = 1;
        static final int BINARY = 2;
        static final int CLOSE = 8;
        static final int PING = 9;
        private static final byte[] MASK = {1, 2, 3, 4};

        static Frame read(HttpSource source) throws IOException {
            int first = source.read();
            int second = source.read();
            long length = second & 0x7f;
            int extra = length == 126 ? 2 : length == 127 ? 8 : 0;
            for (int i = 0; i < extra; i++) {
                length = (i == 0 ? 0 : length << 8) | source.read();
            }
            byte[] mask = (second & 0x80) != 0 ? source.readNBytes(4) : new byte[4];
            byte[] payload = source.readNBytes((int) length);
            for (int i = 0; i < payload.length; i++) {
                payload[i] ^= mask[i % 4];
            }
            return new Frame((first & 0x80) != 0, first & 0xf, new String(payload, StandardCharsets.ISO_8859_1));
        }

        byte[] bytes(boolean masked) {
            byte[] data = payload.getBytes(StandardCharsets.ISO_8859_1);
            ByteArrayOutputStream frame = new ByteArrayOutputStream();
            frame.write((last ? 0x80 : 0) | opcode);
            int bit = masked ? 0x80 : 0;
            if (data.length < 126) {
                frame.write(bit | data.length);
            } else {
                frame.write(bit | 127);
                for (int shift = 56; shift >= 0; shift -= 8) {
                    frame.write((int) ((long) data.length >> shift));
                }
            }
            if (masked) {
                frame.writeBytes(MASK);
                for (int i = 0; i < data.length; i++) {
                    data[i] ^= MASK[i % 4];
                }
            }
            frame.writeBytes(data);
            return frame.toByteArray();
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
