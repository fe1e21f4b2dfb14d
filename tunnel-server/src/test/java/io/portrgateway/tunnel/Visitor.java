package io.portrgateway.tunnel;

import io.portrgateway.tunnel.testclient.HttpHead;
import io.portrgateway.tunnel.testclient.HttpSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A visitor of an HTTP tunnel on one connection. Confined to one thread, but for sending while another receives. */
final class Visitor implements AutoCloseable {

    private static final int READ_LIMIT_MILLIS = 30_000;

    final HttpSource source;
    final OutputStream output;
    private final Socket socket;
    private final String host;

    Visitor(String address, int port, String host) throws IOException {
        this.socket = new Socket(address, port);
        this.socket.setTcpNoDelay(true);
        this.socket.setSoTimeout(READ_LIMIT_MILLIS);
        this.host = host;
        this.source = new HttpSource(socket.getInputStream());
        this.output = socket.getOutputStream();
    }

    /** An answer with its whole body as text. */
    record Answer(HttpHead head, String body) {
        int status() {
            return head.status();
        }

        String reason() {
            return head.first("X-Portr-Error-Reason").orElse("");
        }
    }

    /** Sends a request without a body; {@code fields} are whole header lines. */
    Answer get(String path, String... fields) throws IOException {
        send("GET", path, fields);
        return receive();
    }

    Answer post(String path, byte[] body) throws IOException {
        send("POST", path, "Content-Length: " + body.length);
        output.write(body);
        return receive();
    }

    void send(String method, String path, String... fields) throws IOException {
        StringBuilder request = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\n");
        for (String field : fields) {
            request.append(field).append("\r\n");
        }
        output.write(request.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
    }

    HttpHead receiveHead() throws IOException {
        return source.readHead().orElseThrow(() -> new IOException("closed without an answer"));
    }

    Answer receive() throws IOException {
        HttpHead head = receiveHead();
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        if (head.isChunked()) {
            source.copyChunked(body);
        } else if (head.contentLength() > 0) {
            source.copyExactly(head.contentLength(), body);
        }
        return new Answer(head, body.toString(StandardCharsets.UTF_8));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
