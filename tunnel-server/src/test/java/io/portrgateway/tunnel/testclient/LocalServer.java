package io.portrgateway.tunnel.testclient;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A local service behind a tunnel: runs a script on each connection, on a virtual thread of its own. */
public final class LocalServer implements AutoCloseable {

    private final ServerSocket listener;
    private final Script script;
    private final AtomicInteger accepted = new AtomicInteger();
    private final List<Socket> open = new CopyOnWriteArrayList<>();

    /** What happens on one connection; it is closed afterwards. */
    @FunctionalInterface
    public interface Script {
        /** Serves one connection. */
        void serve(Socket socket) throws IOException;
    }

    /** Starts a service on a free loopback port. */
    public LocalServer(Script script) throws IOException {
        this.script = script;
        this.listener = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("local-service").start(this::accept);
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                accepted.incrementAndGet();
                open.add(socket);
                Thread.startVirtualThread(() -> serve(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            script.serve(socket);
        } catch (IOException visitorLeft) {
            // part of many tests
        } finally {
            open.remove(socket);
        }
    }

    /** Its port. */
    public int port() {
        return listener.getLocalPort();
    }

    /** Number of connections so far. */
    public int accepted() {
        return accepted.get();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
