package io.portrgateway.tunnel.testclient;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;

/** The service behind the tunnel. Immutable. */
record LocalService(String host, int port) {

    private static final int DIAL_LIMIT_MILLIS = 5_000;
    private static final int COPY_BYTES = 32 * 1024;

    Socket dial() throws IOException {
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.connect(new InetSocketAddress(host, port), DIAL_LIMIT_MILLIS);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    static void copy(InputStream from, OutputStream to) throws IOException {
        byte[] buffer = new byte[COPY_BYTES];
        for (int count = from.read(buffer); count >= 0; count = from.read(buffer)) {
            to.write(buffer, 0, count);
            to.flush();
        }
    }

    /** Copies both ways; the first end closes both sides. */
    static void copyBothWays(ClientStream stream, InputStream fromVisitor, Socket socket, InputStream fromLocal)
            throws IOException {
        Runnable closeBoth = () -> {
            closeQuietly(socket);
            stream.close();
        };
        Thread visitorToLocal = Thread.startVirtualThread(() -> {
            try {
                copy(fromVisitor, socket.getOutputStream());
            } catch (IOException either) {
                // either side is gone: the end of the relay
            }
            closeBoth.run();
        });
        try {
            copy(fromLocal, stream.output());
        } finally {
            closeBoth.run();
            join(visitorToLocal);
        }
    }

    static void join(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException alreadyGone) {
            // that is what was wanted
        }
    }
}
