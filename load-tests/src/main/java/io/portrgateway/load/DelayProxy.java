package io.portrgateway.load;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * A TCP proxy on loopback that delivers every byte after a fixed time, each way: a long line without loss. It keeps as
 * much in flight as the ends send, so only their windows limit the rate.
 */
final class DelayProxy implements AutoCloseable {

    private final ServerSocket listener;
    private final int targetPort;
    private final Duration oneWay;

    DelayProxy(int targetPort, Duration oneWay) throws IOException {
        this.targetPort = targetPort;
        this.oneWay = oneWay;
        listener = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }

    private record Piece(long dueNanos, ByteBuffer bytes) {}

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket near = listener.accept();
                Socket far = new Socket(InetAddress.getLoopbackAddress(), targetPort);
                near.setTcpNoDelay(true);
                far.setTcpNoDelay(true);
                carry(near, far);
                carry(far, near);
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void carry(Socket from, Socket to) {
        // 4096 pieces of at most 64 KiB: more than any window measured here
        BlockingQueue<Piece> line = new LinkedBlockingQueue<>(4096);
        Thread.ofPlatform().daemon().start(() -> {
            try (InputStream input = from.getInputStream()) {
                byte[] chunk = new byte[64 * 1024];
                for (int count = input.read(chunk); count >= 0; count = input.read(chunk)) {
                    line.put(new Piece(
                            System.nanoTime() + oneWay.toNanos(), ByteBuffer.wrap(Arrays.copyOf(chunk, count))));
                }
                line.put(new Piece(System.nanoTime() + oneWay.toNanos(), ByteBuffer.allocate(0)));
            } catch (IOException | InterruptedException ended) {
                line.offer(new Piece(0, ByteBuffer.allocate(0)));
            }
        });
        Thread.ofPlatform().daemon().start(() -> {
            try (OutputStream output = to.getOutputStream()) {
                for (Piece piece = line.take(); piece.bytes().hasRemaining(); piece = line.take()) {
                    long wait = piece.dueNanos() - System.nanoTime();
                    if (wait > 0) {
                        LockSupport.parkNanos(wait);
                    }
                    output.write(piece.bytes().array());
                }
            } catch (IOException | InterruptedException ended) {
                // the other direction notices too
            }
        });
    }
}
