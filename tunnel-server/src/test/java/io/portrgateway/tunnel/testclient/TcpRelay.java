package io.portrgateway.tunnel.testclient;

import java.io.IOException;
import java.net.Socket;

/** Raw bytes to the local service (protocol section 3.9): with half-close both ways (v1), or any end closes both (beta). */
final class TcpRelay implements StreamServer {

    private final LocalService local;
    private final boolean halfClose;

    TcpRelay(LocalService local, boolean halfClose) {
        this.local = local;
        this.halfClose = halfClose;
    }

    @Override
    public void serve(ClientStream stream) throws IOException {
        try (Socket socket = local.dial()) {
            if (halfClose) {
                relay(stream, socket);
            } else {
                LocalService.copyBothWays(stream, stream.input(), socket, socket.getInputStream());
            }
        }
    }

    private static void relay(ClientStream stream, Socket socket) throws IOException {
        Thread visitorToLocal = Thread.startVirtualThread(() -> {
            try {
                LocalService.copy(stream.input(), socket.getOutputStream());
                socket.shutdownOutput();
            } catch (IOException either) {
                LocalService.closeQuietly(socket);
                stream.close();
            }
        });
        try {
            LocalService.copy(socket.getInputStream(), stream.output());
            stream.sendEof();
        } catch (IOException e) {
            stream.close();
            LocalService.closeQuietly(socket);
            throw e;
        } finally {
            LocalService.join(visitorToLocal);
        }
    }
}
