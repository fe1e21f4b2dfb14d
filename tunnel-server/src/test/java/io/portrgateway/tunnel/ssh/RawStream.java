package io.portrgateway.tunnel.ssh;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.util.buffer.Buffer;

/** One channel of a {@link RawClient}. Thread-safe. */
final class RawStream {

    private final RawClient client;
    private final long id;
    private final long serverId;
    private final long packetBytes;
    private final String address;
    private final long port;
    private final String originator;
    private final long originatorPort;
    private final long initialSendBytes;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private final CountDownLatch eof = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);

    private long receivableBytes;
    private long sendableBytes;
    private int adjustCount;
    private boolean isCloseSent;
    private boolean isAdjusting;

    RawStream(RawClient client, long id, long windowBytes, long packetBytes, Buffer open) {
        this.client = client;
        this.id = id;
        this.receivableBytes = windowBytes;
        this.packetBytes = packetBytes;
        this.serverId = open.getUInt();
        this.sendableBytes = open.getUInt();
        this.initialSendBytes = sendableBytes;
        open.getUInt();
        this.address = open.getString();
        this.port = open.getUInt();
        this.originator = open.getString();
        this.originatorPort = open.getUInt();
    }

    long id() {
        return id;
    }

    String address() {
        return address;
    }

    long port() {
        return port;
    }

    String originator() {
        return originator;
    }

    long originatorPort() {
        return originatorPort;
    }

    /** The window that the server advertised when it opened the channel. */
    long initialSendBytes() {
        return initialSendBytes;
    }

    synchronized long sendableBytes() {
        return sendableBytes;
    }

    synchronized int adjustCount() {
        return adjustCount;
    }

    synchronized int receivedBytes() {
        return received.size();
    }

    synchronized byte[] received() {
        return received.toByteArray();
    }

    void awaitEof() throws InterruptedException {
        if (!eof.await(DataPathRig.PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("no EOF from the server");
        }
    }

    void awaitClose() throws InterruptedException {
        if (!closed.await(DataPathRig.PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("no CLOSE from the server");
        }
    }

    boolean isClosed() {
        return closed.getCount() == 0;
    }

    void confirm() throws IOException {
        Buffer buffer = newPacket(SshConstants.SSH_MSG_CHANNEL_OPEN_CONFIRMATION);
        buffer.putUInt(id);
        buffer.putUInt(receivableBytes);
        buffer.putUInt(packetBytes);
        session().writePacket(buffer);
    }

    void decline(int reason) throws IOException {
        Buffer buffer = newPacket(SshConstants.SSH_MSG_CHANNEL_OPEN_FAILURE);
        buffer.putUInt(reason);
        buffer.putString("no forward for address");
        buffer.putString("");
        session().writePacket(buffer);
    }

    /** Sends the bytes within the server's window; waits for it where it must. */
    void send(byte[] bytes) throws IOException, InterruptedException {
        for (int offset = 0; offset < bytes.length; ) {
            int length = takeWindow(Math.min(bytes.length - offset, 32 << 10));
            sendUnchecked(bytes, offset, length);
            offset += length;
        }
    }

    /** Sends one packet without a look at the window. */
    void sendUnchecked(byte[] bytes, int offset, int length) throws IOException {
        Buffer buffer = newPacket(SshConstants.SSH_MSG_CHANNEL_DATA);
        buffer.putBytes(bytes, offset, length);
        session().writePacket(buffer);
    }

    void sendEof() throws IOException {
        session().writePacket(newPacket(SshConstants.SSH_MSG_CHANNEL_EOF));
    }

    void sendClose() throws IOException {
        synchronized (this) {
            if (isCloseSent) {
                return;
            }
            isCloseSent = true;
        }
        session().writePacket(newPacket(SshConstants.SSH_MSG_CHANNEL_CLOSE));
    }

    /** Lets the server send that many bytes more. */
    void adjust(int bytes) throws IOException {
        synchronized (this) {
            receivableBytes += bytes;
        }
        Buffer buffer = newPacket(SshConstants.SSH_MSG_CHANNEL_WINDOW_ADJUST);
        buffer.putUInt(bytes);
        session().writePacket(buffer);
    }

    synchronized void handle(int command, Buffer buffer) {
        if (isClosed()) {
            client.violation("message " + command + " after CLOSE");
        }
        switch (command) {
            case SshConstants.SSH_MSG_CHANNEL_DATA -> receive(buffer.getBytes());
            case SshConstants.SSH_MSG_CHANNEL_WINDOW_ADJUST -> {
                sendableBytes += buffer.getUInt();
                adjustCount++;
                notifyAll();
            }
            case SshConstants.SSH_MSG_CHANNEL_EOF -> eof.countDown();
            case SshConstants.SSH_MSG_CHANNEL_CLOSE -> closed.countDown();
            default -> client.violation("message " + command);
        }
    }

    private void receive(byte[] bytes) {
        receivableBytes -= bytes.length;
        if (receivableBytes < 0) {
            client.violation("window exceeded by " + -receivableBytes);
        }
        if (bytes.length > packetBytes || bytes.length == 0) {
            client.violation("packet of " + bytes.length);
        }
        if (eof.getCount() == 0) {
            client.violation("data after EOF");
        }
        received.writeBytes(bytes);
        if (isAdjusting) {
            try {
                adjust(bytes.length);
            } catch (IOException sessionEnded) {
                client.violation("no adjust: " + sessionEnded);
            }
        }
    }

    /** From now on lets the server send again what it sent. */
    synchronized void keepAdjusting() {
        isAdjusting = true;
    }

    private synchronized int takeWindow(int wantedBytes) throws InterruptedException {
        long deadline = System.nanoTime() + DataPathRig.PATIENCE.toNanos();
        while (sendableBytes == 0) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw new AssertionError("the server does not open its window");
            }
            wait(left / 1_000_000 + 1);
        }
        int length = (int) Math.min(wantedBytes, sendableBytes);
        sendableBytes -= length;
        return length;
    }

    private Buffer newPacket(byte command) {
        Buffer buffer = session().createBuffer(command, 64);
        buffer.putUInt(serverId);
        return buffer;
    }

    private ClientSession session() {
        return client.session();
    }
}
