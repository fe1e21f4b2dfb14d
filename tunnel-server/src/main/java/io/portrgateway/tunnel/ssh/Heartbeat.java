package io.portrgateway.tunnel.ssh;

import io.netty.util.concurrent.Future;
import io.portrgateway.tunnel.config.SshConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.kex.KexState;
import org.apache.sshd.common.util.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * Finds sessions whose client vanished without a word. Only what is received counts as life, never what is written: a
 * dead peer's socket takes writes for minutes. While data arrives nothing is sent. Confined to the session's event loop.
 */
final class Heartbeat {

    private final SshSession session;
    private final long intervalNanos;
    private final long deadlineNanos;

    private @Nullable Future<?> next;

    Heartbeat(SshSession session, SshConfig.Heartbeat config) {
        this.session = session;
        this.intervalNanos = config.interval().toNanos();
        this.deadlineNanos = config.deadline().toNanos();
    }

    void start() {
        schedule(intervalNanos);
    }

    void stop() {
        Future<?> pending = next;
        if (pending != null) {
            pending.cancel(false);
        }
    }

    private void check() {
        if (session.isClosing()) {
            return;
        }
        long silentNanos = System.nanoTime() - session.heardNanos();
        if (silentNanos >= deadlineNanos) {
            session.lost();
        } else if (silentNanos >= intervalNanos) {
            probe();
            schedule(Math.min(intervalNanos, deadlineNanos - silentNanos));
        } else {
            schedule(intervalNanos - silentNanos);
        }
    }

    private void probe() {
        if (session.getKexState() != KexState.DONE) {
            // It would wait in a queue behind the key exchange, whose own packets show life anyway.
            return;
        }
        try {
            Buffer request = session.createBuffer(SshConstants.SSH_MSG_GLOBAL_REQUEST, Long.SIZE);
            request.putString("keepalive@openssh.com");
            request.putBoolean(true);
            session.writePacket(request);
        } catch (IOException | RuntimeException unwritable) {
            session.exceptionCaught(unwritable);
        }
    }

    private void schedule(long delayNanos) {
        long atLeast = Duration.ofMillis(1).toNanos();
        next = session.loop().schedule(this::check, Math.max(delayNanos, atLeast), TimeUnit.NANOSECONDS);
    }
}
