package io.portrgateway.tunnel.ssh;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalInt;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.util.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * Answers global requests exactly once and in the order of asking, although the decisions come in any order: a client
 * matches answers by their order alone (RFC 4254 section 4). Bounded; a request too many is refused by the caller.
 * Confined to the session's event loop.
 */
final class ReplyQueue {

    /** Requests that wait for an answer; more than any client sends at once. */
    private static final int MAX_PENDING = 256;

    private final SshSession session;
    private final Deque<Slot> pending = new ArrayDeque<>();

    ReplyQueue(SshSession session) {
        this.session = session;
    }

    /** The place of one answer. */
    final class Slot {
        private @Nullable Buffer answer;

        private Slot() {}

        /** Answers with success, and with a port where one was allocated. */
        void succeed(OptionalInt port) {
            Buffer success = session.createBuffer(SshConstants.SSH_MSG_REQUEST_SUCCESS, Integer.BYTES);
            port.ifPresent(success::putInt);
            answer(success);
        }

        void succeed() {
            succeed(OptionalInt.empty());
        }

        void fail() {
            answer(session.createBuffer(SshConstants.SSH_MSG_REQUEST_FAILURE, 0));
        }

        private void answer(Buffer how) {
            if (answer == null) {
                answer = how;
                flush();
            }
        }
    }

    boolean isFull() {
        return pending.size() >= MAX_PENDING;
    }

    /** The place of the next answer; one that nobody wants goes nowhere. */
    Slot next(boolean wantReply) {
        Slot slot = new Slot();
        if (wantReply) {
            pending.add(slot);
        }
        return slot;
    }

    private void flush() {
        for (Slot head = pending.peek(); head != null && head.answer != null; head = pending.peek()) {
            pending.remove();
            if (session.isClosing()) {
                continue;
            }
            try {
                session.writePacket(head.answer);
            } catch (IOException | RuntimeException unwritable) {
                session.exceptionCaught(unwritable);
            }
        }
    }
}
