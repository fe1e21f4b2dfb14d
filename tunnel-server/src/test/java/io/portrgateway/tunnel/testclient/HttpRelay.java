package io.portrgateway.tunnel.testclient;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Requests one after the other on a channel, streamed both ways (protocol section 3.8, v1.0.18). As in a Go HTTP server the end of the
 * visitor's direction ends the channel, even while an answer is under way: a server that half-closes after a request gets no answer.
 */
final class HttpRelay implements StreamServer {

    private static final byte[] PING_ANSWER =
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final LocalService local;
    private final Duration headLimit;

    HttpRelay(LocalService local, Duration headLimit) {
        this.local = local;
        this.headLimit = headLimit;
    }

    @Override
    public void serve(ClientStream stream) throws IOException {
        Conversation conversation = new Conversation(stream);
        try {
            conversation.run();
        } finally {
            conversation.hangUp();
        }
    }

    /** One channel with its connection to the local service. */
    private final class Conversation {

        private final ClientStream stream;
        private final HttpSource visitor;
        private final OutputStream toVisitor;
        private volatile @Nullable Socket socket;
        private @Nullable HttpSource upstream;

        Conversation(ClientStream stream) {
            this.stream = stream;
            this.visitor = new HttpSource(stream.input());
            this.toVisitor = stream.output();
        }

        void run() throws IOException {
            stream.onEnd(this::hangUp);
            stream.readLimit(headLimit.toNanos());
            boolean more = true;
            while (more) {
                if (!visitor.awaitByte()) {
                    return;
                }
                stream.readLimit(headLimit.toNanos());
                Optional<HttpHead> request = visitor.readHead();
                stream.readLimit(0);
                more = request.isPresent() && answer(request.get());
            }
        }

        private boolean answer(HttpHead request) throws IOException {
            if (request.has("X-Portr-Ping-Request", "true")) {
                skipBody(request);
                toVisitor.write(PING_ANSWER);
                return !request.has("Connection", "close");
            }
            boolean hasBody = request.isChunked() || request.contentLength() > 0;
            try {
                return request.isUpgrade() ? upgrade(request) : exchange(request, hasBody);
            } catch (LocalServiceDown down) {
                hangUpLocal();
                LocalErrorPage.write(toVisitor, hasBody);
                return !hasBody;
            }
        }

        private void skipBody(HttpHead request) throws IOException {
            if (request.isChunked()) {
                visitor.copyChunked(OutputStream.nullOutputStream());
            } else if (request.contentLength() > 0) {
                visitor.copyExactly(request.contentLength(), OutputStream.nullOutputStream());
            }
        }

        private boolean exchange(HttpHead request, boolean hasBody) throws IOException {
            HttpHead forwarded = forwarded(request).without("Connection", "Keep-Alive", "Proxy-Connection");
            boolean reused = socket != null;
            Socket connection = send(forwarded);
            AtomicBoolean bodySent = new AtomicBoolean(!hasBody);
            Thread sender = hasBody ? Thread.startVirtualThread(() -> sendBody(request, connection, bodySent)) : null;
            Optional<HttpHead> response = readResponseHead();
            if (response.isEmpty() && reused && !hasBody) {
                // the local service had closed the idle connection; the Go transport tries again, too
                hangUpLocal();
                send(forwarded);
                response = readResponseHead();
            }
            HttpHead head = response.orElseThrow(() -> new LocalServiceDown("no answer"));
            boolean keepsChannel = passOn(request, head);
            if (head.has("Connection", "close") || head.startLine().startsWith("HTTP/1.0")) {
                hangUpLocal();
            }
            if (sender != null && bodySent.get()) {
                LocalService.join(sender);
            }
            return keepsChannel && bodySent.get() && !request.has("Connection", "close");
        }

        private void sendBody(HttpHead request, Socket connection, AtomicBoolean sent) {
            try {
                OutputStream toLocal = connection.getOutputStream();
                if (request.isChunked()) {
                    visitor.copyChunked(toLocal);
                } else {
                    visitor.copyExactly(request.contentLength(), toLocal);
                }
                sent.set(true);
            } catch (IOException either) {
                // the answer, if any, decides; an unfinished body ends the channel after it
            }
        }

        /** Relays the final response; false when the channel has to be closed after it. */
        private boolean passOn(HttpHead request, HttpHead response) throws IOException {
            HttpHead head = response.without("Connection", "Keep-Alive");
            int status = response.status();
            boolean bodyless = request.isHeadRequest() || status == 204 || status == 304;
            boolean delimited = bodyless || response.isChunked() || response.contentLength() >= 0;
            if (!delimited) {
                head = head.with("Transfer-Encoding", "chunked");
            }
            if (request.has("Connection", "close")) {
                head = head.with("Connection", "close");
            }
            toVisitor.write(head.bytes());
            HttpSource source = localSource();
            if (!delimited) {
                source.copyAsChunks(toVisitor);
                hangUpLocal();
            } else if (!bodyless && response.isChunked()) {
                source.copyChunked(toVisitor);
            } else if (!bodyless) {
                source.copyExactly(response.contentLength(), toVisitor);
            }
            return true;
        }

        private boolean upgrade(HttpHead request) throws IOException {
            Socket connection = send(forwarded(request));
            HttpHead response = readResponseHead().orElseThrow(() -> new LocalServiceDown("no answer"));
            if (response.status() != 101) {
                passOn(request, response);
                return false;
            }
            toVisitor.write(response.bytes());
            LocalService.copyBothWays(stream, visitor, connection, localSource());
            return false;
        }

        /** The final response's head; interim ones are passed on, as is 101. */
        private Optional<HttpHead> readResponseHead() throws IOException {
            while (true) {
                Optional<HttpHead> response;
                try {
                    response = localSource().readHead();
                } catch (IOException e) {
                    throw new LocalServiceDown(String.valueOf(e.getMessage()));
                }
                if (response.isEmpty()
                        || response.get().status() >= 200
                        || response.get().status() == 101) {
                    return response;
                }
                toVisitor.write(response.get().bytes());
            }
        }

        private HttpHead forwarded(HttpHead request) {
            String chain =
                    request.first("X-Forwarded-For").map(known -> known + ", ").orElse("") + stream.originator();
            return request.without("X-Forwarded-For").with("X-Forwarded-For", chain);
        }

        private Socket send(HttpHead request) throws IOException {
            try {
                Socket connection = socket;
                if (connection == null) {
                    connection = local.dial();
                    socket = connection;
                    upstream = new HttpSource(connection.getInputStream());
                }
                connection.getOutputStream().write(request.bytes());
                return connection;
            } catch (IOException e) {
                throw new LocalServiceDown(String.valueOf(e.getMessage()));
            }
        }

        private HttpSource localSource() throws LocalServiceDown {
            HttpSource source = upstream;
            if (source == null) {
                throw new LocalServiceDown("not connected");
            }
            return source;
        }

        private void hangUpLocal() {
            Socket connection = socket;
            socket = null;
            upstream = null;
            if (connection != null) {
                LocalService.closeQuietly(connection);
            }
        }

        /** Ends both sides; also runs on the IO thread. */
        private void hangUp() {
            stream.close();
            Socket connection = socket;
            if (connection != null) {
                LocalService.closeQuietly(connection);
            }
        }
    }

    /** The local service cannot be reached, or broke off before it answered. */
    private static final class LocalServiceDown extends IOException {
        private static final long serialVersionUID = 1L;

        LocalServiceDown(String message) {
            super(message);
        }
    }
}
