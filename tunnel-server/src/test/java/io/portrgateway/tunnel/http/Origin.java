package io.portrgateway.tunnel.http;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A service on a loopback port that does, per connection, what a script says. Thread-safe. */
final class Origin implements Closeable {

    /** What the service does with one connection; the socket is closed afterwards. */
    interface Script {
        void serve(Connection connection) throws Exception;
    }

    private final ServerSocket server;
    final AtomicInteger connectionCount = new AtomicInteger();
    final List<String> heads = new CopyOnWriteArrayList<>();

    Origin(Script script) throws IOException {
        server = new ServerSocket(0, 512, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> accept(script));
    }

    InetSocketAddress address() {
        return (InetSocketAddress) server.getLocalSocketAddress();
    }

    private void accept(Script script) {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                connectionCount.incrementAndGet();
                Thread.ofVirtual().start(() -> serve(script, socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Script script, Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            script.serve(new Connection(socket));
        } catch (Exception ended) {
            // The other side is gone, or the test is over.
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    /** Answers every request on every connection with the same bytes. */
    static Script always(String answer) {
        return connection -> {
            while (connection.request() != null) {
                connection.send(answer);
            }
        };
    }

    /** One connection of a gateway. Confined to its thread. */
    final class Connection {

        final Socket socket;
        final InputStream in;
        final OutputStream out;

        Connection(Socket socket) throws IOException {
            this.socket = socket;
            this.in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
            this.out = socket.getOutputStream();
        }

        /** Reads one head; null at the end. */
        String request() throws IOException {
            String head = Wire.head(in);
            if (head != null) {
                heads.add(head);
            }
            return head;
        }

        void send(String latin1) throws IOException {
            out.write(latin1.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        }

        String read(int count) throws IOException {
            return new String(in.readNBytes(count), StandardCharsets.ISO_8859_1);
        }
    }
}
