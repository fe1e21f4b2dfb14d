package io.portrgateway.tunnel.testclient;

import io.portrgateway.tunnel.testclient.MuxListener.Opening;
import io.portrgateway.tunnel.testclient.Violation.Rule;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.io.IoWriteFuture;
import org.apache.sshd.common.util.buffer.Buffer;

/**
 * One channel the server opened, as blocking streams for virtual threads. Windows as in the Go library: 2 MiB, refilled after more than 96
 * KiB were read or when less than half is left. Thread-safe; what the IO thread calls never blocks.
 */
public final class ClientStream implements AutoCloseable {

    private static final int REFILL_BYTES = 3 * Mux.PACKET_BYTES;

    private final Mux mux;
    private final long id;
    private final long peerId;
    private final int peerPacketBytes;
    private final Opening opening;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<byte[]> inbox = new ArrayDeque<>();
    private final Object sending = new Object();
    private int inboxOffset;
    private long peerWindow;
    private long window = Mux.WINDOW_BYTES;
    private int consumed;
    private long deadlineNanos;
    private boolean peerEof;
    private boolean peerClosed;
    private boolean lost;
    // written under the sending lock, read without it
    private volatile boolean closeSent;
    private boolean eofSent;
    private Runnable onEnd = () -> {};

    ClientStream(Mux mux, long id, long peerId, long peerWindow, long peerPacketBytes, Opening opening) {
        this.mux = mux;
        this.id = id;
        this.peerId = peerId;
        this.peerWindow = peerWindow;
        this.peerPacketBytes = (int) Math.min(peerPacketBytes, Mux.PACKET_BYTES);
        this.opening = opening;
    }

    long id() {
        return id;
    }

    long peerId() {
        return peerId;
    }

    /** The visitor's address as the server told it. */
    public String originator() {
        return opening.originator();
    }

    /** The port the server opened the channel for. */
    public int port() {
        return (int) opening.port();
    }

    /** What the visitor sends. Reading reopens the window. */
    public InputStream input() {
        return new StreamInput();
    }

    /** Toward the visitor. Waits for window; closing it sends EOF. */
    public OutputStream output() {
        return new StreamOutput();
    }

    /** Runs {@code action} on the IO thread when the server sends EOF or CLOSE or the connection is lost; at once if it did. */
    void onEnd(Runnable action) {
        lock.lock();
        boolean ended;
        try {
            onEnd = action;
            ended = peerEof || peerClosed || lost;
        } finally {
            lock.unlock();
        }
        if (ended) {
            action.run();
        }
    }

    /** Reads fail after that much time from now; zero or less means no limit. */
    void readLimit(long nanos) {
        lock.lock();
        try {
            deadlineNanos = nanos <= 0 ? 0 : Math.max(1, System.nanoTime() + nanos);
        } finally {
            lock.unlock();
        }
    }

    /** Half-close: no more data to the visitor. */
    public void sendEof() throws IOException {
        synchronized (sending) {
            if (closeSent || eofSent) {
                return;
            }
            eofSent = true;
            mux.send(mux.packet(SshConstants.SSH_MSG_CHANNEL_EOF, this, 0));
        }
    }

    /** Sends CLOSE; queued data of the server is discarded. Idempotent. */
    @Override
    public void close() {
        synchronized (sending) {
            if (!closeSent) {
                closeSent = true;
                try {
                    mux.send(mux.packet(SshConstants.SSH_MSG_CHANNEL_CLOSE, this, 0));
                } catch (IOException connectionIsGone) {
                    // then the channel is, too
                }
            }
        }
        signal();
    }

    /** Sends unless our CLOSE went out. */
    IoWriteFuture send(Buffer packet) throws IOException {
        synchronized (sending) {
            if (closeSent) {
                throw new EOFException("channel is closed");
            }
            return mux.send(packet);
        }
    }

    void received(long announced, byte[] data, boolean keep) {
        String name = "channel " + id + ": ";
        if (announced != data.length) {
            mux.fatal(Rule.MALFORMED, name + announced + " bytes announced, " + data.length + " sent");
        } else if (data.length > Mux.PACKET_BYTES) {
            mux.fatal(Rule.PACKET_TOO_LARGE, name + data.length + " bytes");
        } else {
            accept(data, keep, name);
        }
    }

    private void accept(byte[] data, boolean keep, String name) {
        boolean afterEof;
        long left;
        lock.lock();
        try {
            window -= data.length;
            left = window;
            afterEof = peerEof;
            if (keep && left >= 0 && data.length > 0) {
                inbox.add(data);
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
        if (left < 0) {
            mux.fatal(Rule.WINDOW_EXCEEDED, name + -left + " bytes too many");
        } else if (afterEof) {
            mux.violate(Rule.UNKNOWN_CHANNEL, name + "data after EOF");
        }
    }

    void widened(long bytes) {
        lock.lock();
        try {
            peerWindow += bytes;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (peerWindow > 0xFFFF_FFFFL) {
            mux.fatal(Rule.MALFORMED, "channel " + id + ": window over 2^32");
        }
    }

    void peerEnded() {
        ended(() -> peerEof = true);
    }

    void peerClosed() {
        close();
        ended(() -> peerClosed = true);
    }

    void connectionLost() {
        synchronized (sending) {
            closeSent = true;
        }
        ended(() -> lost = true);
    }

    private void ended(Runnable mark) {
        Runnable action;
        lock.lock();
        try {
            mark.run();
            action = onEnd;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        action.run();
    }

    private void signal() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private int read(byte[] target, int offset, int length) throws IOException {
        int count;
        int refill = 0;
        lock.lock();
        try {
            while (inbox.isEmpty()) {
                if (lost) {
                    throw new EOFException("connection lost");
                }
                if (peerEof || peerClosed || closeSent) {
                    return -1;
                }
                await();
            }
            byte[] head = inbox.element();
            count = Math.min(length, head.length - inboxOffset);
            System.arraycopy(head, inboxOffset, target, offset, count);
            inboxOffset += count;
            if (inboxOffset == head.length) {
                inbox.remove();
                inboxOffset = 0;
            }
            consumed += count;
            if (consumed > REFILL_BYTES || window < Mux.WINDOW_BYTES / 2) {
                refill = consumed;
                window += consumed;
                consumed = 0;
            }
        } finally {
            lock.unlock();
        }
        if (refill > 0) {
            refill(refill);
        }
        return count;
    }

    private void refill(int bytes) throws IOException {
        Buffer packet = mux.packet(SshConstants.SSH_MSG_CHANNEL_WINDOW_ADJUST, this, Integer.BYTES);
        packet.putUInt(bytes);
        try {
            send(packet);
        } catch (EOFException closedMeanwhile) {
            // what was read before stays valid
        }
    }

    private void await() throws IOException {
        try {
            if (deadlineNanos == 0) {
                changed.await();
                return;
            }
            long left = deadlineNanos - System.nanoTime();
            if (left <= 0) {
                throw new SocketTimeoutException("nothing came in time");
            }
            boolean ignored = changed.await(left, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    private int reserve(int wanted) throws IOException {
        lock.lock();
        try {
            while (peerWindow == 0) {
                if (peerClosed || lost || closeSent) {
                    throw new EOFException("channel is closed");
                }
                try {
                    changed.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new InterruptedIOException("interrupted");
                }
            }
            int granted = (int) Math.min(wanted, Math.min(peerWindow, peerPacketBytes));
            peerWindow -= granted;
            return granted;
        } finally {
            lock.unlock();
        }
    }

    private final class StreamInput extends InputStream {
        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            return length == 0 ? 0 : ClientStream.this.read(target, offset, length);
        }
    }

    private final class StreamOutput extends OutputStream {
        // one packet may be on its way while the next is prepared: the socket's queue stays short, so keep-alives pass
        private IoWriteFuture previous;

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] data, int offset, int length) throws IOException {
            int position = offset;
            int left = length;
            while (left > 0) {
                int count = reserve(left);
                Buffer packet = mux.packet(SshConstants.SSH_MSG_CHANNEL_DATA, ClientStream.this, count + 4);
                packet.putBytes(data, position, count);
                if (previous != null) {
                    previous.verify();
                }
                previous = send(packet);
                position += count;
                left -= count;
            }
        }

        @Override
        public void close() throws IOException {
            sendEof();
        }
    }
}
