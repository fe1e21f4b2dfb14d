package io.portrgateway.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Locale;

/**
 * What a developer runs on their own machine: answers HTTP with its name and what was asked, upgrades to a WebSocket that
 * sends every byte back, or is a plain echo service.
 */
final class LocalService implements AutoCloseable {

    private static final String WEB_SOCKET_ID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private final String name;
    private final ServerSocket listener;

    private LocalService(String name, ServerSocket listener) {
        this.name = name;
        this.listener = listener;
    }

    /** Answers {@code <name> <method> <path> <body>}. */
    static LocalService http(String name) throws IOException {
        LocalService service = new LocalService(name, new ServerSocket(0, 100, InetAddress.getByName("127.0.0.1")));
        service.serve(service::converse);
        return service;
    }

    /** Sends everything back. */
    static LocalService echo() throws IOException {
        LocalService service = new LocalService("echo", new ServerSocket(0, 100, InetAddress.getByName("127.0.0.1")));
        service.serve(LocalService::echo);
        return service;
    }

    private interface Conversation {
        void with(Socket socket) throws IOException;
    }

    int port() {
        return listener.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }

    private void serve(Conversation conversation) {
        Thread.ofVirtual().start(() -> {
            while (!listener.isClosed()) {
                try {
                    Socket socket = listener.accept();
                    Thread.ofVirtual().start(() -> run(conversation, socket));
                } catch (IOException closed) {
                    return;
                }
            }
        });
    }

    private static void run(Conversation conversation, Socket socket) {
        try (socket) {
            conversation.with(socket);
        } catch (IOException gone) {
            // The other side left; so does this one.
        }
    }

    private static void echo(Socket socket) throws IOException {
        socket.getInputStream().transferTo(socket.getOutputStream());
        socket.shutdownOutput();
    }

    private void converse(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        while (true) {
            String head = Visitor.readHead(in);
            if (head.isEmpty()) {
                return;
            }
            String key = header(head, "sec-websocket-key");
            if (!key.isEmpty()) {
                webSocket(socket, key);
                return;
            }
            String length = header(head, "content-length");
            String body =
                    length.isEmpty() ? "" : new String(in.readNBytes(Integer.parseInt(length)), StandardCharsets.UTF_8);
            String[] line = head.split(" ", 3);
            answer(socket.getOutputStream(), name + " " + line[0] + " " + line[1] + " " + body);
        }
    }

    private static void answer(OutputStream out, String text) throws IOException {
        out.write(
                ("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " + text.length() + "\r\n\r\n" + text)
                        .getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    // An echo of masked frames is not valid, so the mask is taken out; the visitor's is all zeros.
    private static void webSocket(Socket socket, String key) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Accept: " + accept(key) + "\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
        InputStream in = socket.getInputStream();
        for (int first = in.read(); first >= 0; first = in.read()) {
            int length = in.read() & 0x7f;
            byte[] mask = in.readNBytes(4);
            byte[] payload = in.readNBytes(length);
            for (int i = 0; i < payload.length; i++) {
                payload[i] ^= mask[i % 4];
            }
            out.write(first);
            out.write(length);
            out.write(payload);
            out.flush();
        }
    }

    private static String accept(String key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1")
                    .digest((key + WEB_SOCKET_ID).getBytes(StandardCharsets.ISO_8859_1));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String header(String head, String wanted) {
        return head.lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(wanted + ":"))
                .map(line -> line.substring(wanted.length() + 1).strip())
                .findFirst()
                .orElse("");
    }
}
