package io.portrgateway.tunnel;

import io.portrgateway.tunnel.testclient.HttpHead;
import io.portrgateway.tunnel.testclient.HttpSource;
import io.portrgateway.tunnel.testclient.LocalServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A service that keeps what it gets byte for byte, and answers 200; {@code /wait} answers once it may, {@code /endless}
 * never ends its answer, {@code /status/N} answers N. Thread-safe.
 */
final class RecordingService implements AutoCloseable {

    /** A request with its body as it was framed. */
    record Seen(HttpHead head, byte[] rawBody) {

        String target() {
            return start().split(" ")[1];
        }

        String start() {
            return head.startLine();
        }
    }

    final List<Seen> seen = new CopyOnWriteArrayList<>();
    final CountDownLatch mayAnswer = new CountDownLatch(1);
    final AtomicInteger mostAtOnce = new AtomicInteger();
    private final AtomicInteger atOnce = new AtomicInteger();
    private final LocalServer server = new LocalServer(this::serve);

    RecordingService() throws IOException {}

    int port() {
        return server.port();
    }

    private void serve(Socket socket) throws IOException {
        socket.setTcpNoDelay(true);
        HttpSource source = new HttpSource(socket.getInputStream());
        for (Optional<HttpHead> head = source.readHead(); head.isPresent(); head = source.readHead()) {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            if (head.get().isChunked()) {
                source.copyChunked(body);
            } else if (head.get().contentLength() > 0) {
                source.copyExactly(head.get().contentLength(), body);
            }
            mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
            seen.add(new Seen(head.get(), body.toByteArray()));
            try {
                answer(socket, head.get());
            } finally {
                atOnce.decrementAndGet();
            }
        }
    }

    private void answer(Socket socket, HttpHead head) throws IOException {
        String path = head.startLine().split(" ")[1];
        int status = 200;
        if (path.startsWith("/wait")) {
            try {
                mayAnswer.await();
            } catch (InterruptedException ended) {
                throw new IOException("interrupted", ended);
            }
        } else if (path.startsWith("/status/")) {
            status = Integer.parseInt(path.substring("/status/".length()));
        } else if (path.startsWith("/endless")) {
            write(socket, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
            try {
                mayAnswer.await();
            } catch (InterruptedException ended) {
                throw new IOException("interrupted", ended);
            }
            return;
        }
        write(
                socket,
                "HTTP/1.1 " + status + " Word\r\nContent-Length: 4\r\n\r\n" + (head.isHeadRequest() ? "" : "done"));
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Override
    public void close() throws IOException {
        mayAnswer.countDown();
        server.close();
    }
}
