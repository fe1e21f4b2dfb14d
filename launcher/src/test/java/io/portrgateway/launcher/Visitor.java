package io.portrgateway.launcher;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Somebody on the Internet: plain sockets, because names under localhost do not resolve everywhere. */
final class Visitor {

    private static final int PATIENCE_MILLIS = 20_000;

    private final int httpPort;

    Visitor(int httpPort) {
        this.httpPort = httpPort;
    }

    /** One answer: status, head and body as texts. */
    record Answer(int status, String head, String body) {}

    /** Sends a GET on a connection of its own. */
    Answer get(String hostname, String path) throws IOException {
        return send(hostname, "GET " + path + " HTTP/1.1\r\nHost: " + hostname + "\r\nConnection: close\r\n\r\n", "");
    }

    /** Sends a POST with a body on a connection of its own. */
    Answer post(String hostname, String path, String body) throws IOException {
        String head = "POST " + path + " HTTP/1.1\r\nHost: " + hostname + "\r\nConnection: close\r\nContent-Length: "
                + body.length() + "\r\n\r\n";
        return send(hostname, head, body);
    }

    /** Status of a GET, or 0 when there was no answer at all. */
    int status(String hostname) {
        try {
            return get(hostname, "/").status();
        } catch (IOException noAnswer) {
            return 0;
        }
    }

    /** Upgrades to WebSocket, sends a text in one masked frame and answers the text of the frame that comes back. */
    String webSocketEcho(String hostname, String text) throws IOException {
        try (Socket socket = connect(httpPort)) {
            OutputStream out = socket.getOutputStream();
            out.write(("GET /ws HTTP/1.1\r\nHost: " + hostname + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1));
            InputStream in = socket.getInputStream();
            String head = readHead(in);
            if (!head.startsWith("HTTP/1.1 101 ")) {
                throw new IOException(head);
            }
            byte[] payload = text.getBytes(StandardCharsets.UTF_8);
            ByteArrayOutputStream frame = new ByteArrayOutputStream();
            frame.write(0x81);
            frame.write(0x80 | payload.length);
            frame.writeBytes(new byte[] {0, 0, 0, 0}); // a mask that changes nothing
            frame.writeBytes(payload);
            out.write(frame.toByteArray());
            DataInputStream data = new DataInputStream(in);
            data.readByte();
            byte[] back = new byte[data.readByte()];
            data.readFully(back);
            return new String(back, StandardCharsets.UTF_8);
        }
    }

    /** Sends a text to a TCP tunnel, closes that direction, and answers everything that comes back. */
    static String tcpEcho(int port, String text) throws IOException {
        try (Socket socket = connect(port)) {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Sends a text to a TCP tunnel and answers as many bytes as that, without closing anything before. */
    static String tcpEchoKeptOpen(int port, String text) throws IOException {
        try (Socket socket = connect(port)) {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readNBytes(text.length()), StandardCharsets.UTF_8);
        }
    }

    private Answer send(String hostname, String head, String body) throws IOException {
        try (Socket socket = connect(httpPort)) {
            socket.getOutputStream().write((head + body).getBytes(StandardCharsets.ISO_8859_1));
            InputStream in = socket.getInputStream();
            String answerHead = readHead(in);
            if (answerHead.length() < 12) {
                throw new IOException("no answer for " + hostname);
            }
            byte[] answerBody = in.readAllBytes();
            return new Answer(
                    Integer.parseInt(answerHead.substring(9, 12)),
                    answerHead,
                    new String(answerBody, StandardCharsets.UTF_8));
        }
    }

    static String readHead(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        int next = in.read();
        while (next >= 0) {
            head.append((char) next);
            if (head.length() >= 4 && head.substring(head.length() - 4).equals("\r\n\r\n")) {
                break;
            }
            next = in.read();
        }
        return head.toString();
    }

    private static Socket connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }
}
