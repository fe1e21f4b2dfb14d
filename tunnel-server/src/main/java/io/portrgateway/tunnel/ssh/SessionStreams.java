package io.portrgateway.tunnel.ssh;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.portrgateway.tunnel.transport.NettyIoSession;
import org.apache.sshd.common.session.ConnectionService;
import org.apache.sshd.common.session.Session;

/**
 * What all streams of one SSH session share: its loop, its window budget, its limit.
 *
 * <p>Confined to {@link #eventLoop()} unless a method says otherwise.
 */
final class SessionStreams {

    private final Session session;
    private final ConnectionService service;
    private final SshDataPath dataPath;
    private final NettyIoSession socket;
    private final Promise<Void> closePromise;
    private volatile boolean keepsStreamsAlive;

    SessionStreams(ConnectionService service, SshDataPath dataPath) {
        this.session = service.getSession();
        this.service = service;
        this.dataPath = dataPath;
        this.socket = NettyIoSession.of(session);
        this.closePromise = socket.eventLoop().newPromise();
        session.addCloseFutureListener(closed -> closePromise.trySuccess(null));
    }

    /** The loop of the session. Any thread. */
    EventLoop eventLoop() {
        return socket.eventLoop();
    }

    ConnectionService service() {
        return service;
    }

    SshDataPath dataPath() {
        return dataPath;
    }

    /** Whether the session can still carry streams. Any thread. */
    boolean isOpen() {
        return !session.isClosing();
    }

    /** Completes when the session is gone. Any thread. */
    Future<Void> closeFuture() {
        return closePromise;
    }

    /** Whether the client serves several HTTP requests on one stream. Any thread. */
    boolean keepsStreamsAlive() {
        return keepsStreamsAlive;
    }

    /** Notes that it does: a want-reply keepalive was seen, or it is plain SSH (portr-protocol 3.8). Any thread. */
    void markKeepsStreamsAlive() {
        keepsStreamsAlive = true;
    }
}
