package io.portrgateway.tunnel.testclient;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Optional;

/** One request per channel, both messages read whole before they go on (protocol section 3.8, 0.0.20-beta). */
final class HttpOnce implements StreamServer {

    private final LocalService local;

    HttpOnce(LocalService local) {
        this.local = local;
    }

    @Override
    public void serve(ClientStream stream) throws IOException {
        Socket socket;
        try {
            socket = local.dial();
        } catch (IOException down) {
            LocalErrorPage.write(stream.output(), false);
            return;
        }
        try (socket) {
            relay(stream, socket);
        }
    }

    private static void relay(ClientStream stream, Socket socket) throws IOException {
        HttpSource visitor = new HttpSource(stream.input());
        Optional<HttpHead> request = visitor.readHead();
        if (request.isEmpty()) {
            return;
        }
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        message.writeBytes(request.get().bytes());
        if (request.get().isChunked()) {
            visitor.copyChunked(message);
        } else if (request.get().contentLength() > 0) {
            visitor.copyExactly(request.get().contentLength(), message);
        }
        socket.getOutputStream().write(message.toByteArray());
        HttpSource upstream = new HttpSource(socket.getInputStream());
        HttpHead response = upstream.readHead().orElseThrow(() -> new IOException("no answer"));
        while (response.status() < 200 && response.status() != 101) {
            // its library swallows interim answers
            response = upstream.readHead().orElseThrow(() -> new IOException("no answer"));
        }
        if (response.status() == 101) {
            stream.output().write(response.bytes());
            LocalService.copyBothWays(stream, visitor, socket, upstream);
            return;
        }
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        readResponse(request.get(), response, upstream, answer);
        stream.output().write(answer.toByteArray());
    }

    private static void readResponse(HttpHead request, HttpHead response, HttpSource upstream, OutputStream to)
            throws IOException {
        int status = response.status();
        if (request.isHeadRequest() || status == 204 || status == 304) {
            to.write(response.bytes());
        } else if (response.isChunked()) {
            to.write(response.bytes());
            upstream.copyChunked(to);
        } else if (response.contentLength() >= 0) {
            to.write(response.bytes());
            upstream.copyExactly(response.contentLength(), to);
        } else {
            byte[] body = upstream.readAllBytes();
            to.write(
                    response.with("Content-Length", String.valueOf(body.length)).bytes());
            to.write(body);
        }
    }
}
