package io.portrgateway.tunnel.ssh;

import io.portrgateway.tunnel.metrics.SshMetrics;
import io.portrgateway.tunnel.metrics.SshMetrics.Limit;
import io.portrgateway.tunnel.registry.CloseReason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.channel.Channel;
import org.apache.sshd.common.channel.RequestHandler;
import org.apache.sshd.common.io.IoWriteFuture;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.buffer.BufferException;
import org.apache.sshd.server.channel.AbstractServerChannel;

/**
 * The terminal of a plain {@code ssh -R …} without {@code -N}: public URLs, problems, one line per request. There is no
 * shell behind it; Ctrl-C and Ctrl-D end the session. Confined to the session's event loop.
 *
 * <p>Its queue is bounded: a terminal that does not keep up misses lines and is told how many.
 */
final class ClientConsole extends AbstractServerChannel {

    private static final int CTRL_C = 3;
    private static final int CTRL_D = 4;

    private static final int MAX_QUEUED_LINES = 256;

    /** Bytes given to the socket and not taken by it yet; beyond that lines wait in the queue. */
    private static final int MAX_UNSENT_BYTES = 32 << 10;

    /** Time for the client to end by itself after it was told the exit status. */
    private static final long LEAVE_MILLIS = 500;

    private static final Set<String> ENDING_SIGNALS = Set.of("INT", "TERM", "QUIT", "HUP");

    private final SshSession session;
    private final SshMetrics metrics;
    private final Deque<ConsoleText.Line> queue = new ArrayDeque<>();

    private String terminal = "";
    private boolean wantsNoColours;
    private boolean shown;
    private boolean leaving;
    private ConsoleText text = new ConsoleText(false);
    private long skippedCount;
    private int unsentBytes;

    ClientConsole(SshSession session, SshMetrics metrics) {
        super("", List.<RequestHandler<Channel>>of(), null);
        this.session = session;
        this.metrics = metrics;
    }

    /** Shows a line, or drops it when the terminal does not keep up. */
    void print(ConsoleText.Line line) {
        if (queue.size() >= MAX_QUEUED_LINES) {
            skippedCount++;
            metrics.refused(Limit.CONSOLE_LINES);
            return;
        }
        queue.add(line);
        drain();
    }

    @Override
    protected RequestHandler.Result handleInternalRequest(String request, boolean wantReply, Buffer buffer)
            throws IOException {
        try {
            return switch (request) {
                case "pty-req" -> pty(buffer);
                case "env" -> environment(buffer);
                case "shell" -> shell();
                case "exec" -> exec();
                case "signal" -> signal(buffer);
                case "window-change" -> RequestHandler.Result.ReplySuccess;
                default -> {
                    metrics.requestRefused();
                    yield RequestHandler.Result.ReplyFailure;
                }
            };
        } catch (BufferException truncated) {
            return RequestHandler.Result.ReplyFailure;
        }
    }

    /** The shell's success goes out before its first line. */
    @Override
    protected IoWriteFuture sendResponse(Buffer buffer, String request, RequestHandler.Result result, boolean wantReply)
            throws IOException {
        var written = super.sendResponse(buffer, request, result, wantReply);
        if (result == RequestHandler.Result.ReplySuccess) {
            switch (request) {
                case "shell" -> begin();
                case "exec" -> refuseCommand();
                default -> {
                    // nothing to show
                }
            }
        }
        return written;
    }

    @Override
    protected void doWriteData(byte[] data, int offset, long length) throws IOException {
        getLocalWindow().release(length);
        for (int i = offset; i < offset + length; i++) {
            if (data[i] == CTRL_C || data[i] == CTRL_D) {
                leave();
                return;
            }
        }
    }

    @Override
    protected void doWriteExtendedData(byte[] data, int offset, long length) throws IOException {
        getLocalWindow().release(length);
    }

    @Override
    public void handleWindowAdjust(Buffer buffer) throws IOException {
        super.handleWindowAdjust(buffer);
        drain();
    }

    private RequestHandler.Result pty(Buffer buffer) {
        terminal = buffer.getString();
        return RequestHandler.Result.ReplySuccess;
    }

    private RequestHandler.Result environment(Buffer buffer) {
        String name = buffer.getString();
        if (!"NO_COLOR".equals(name)) {
            return RequestHandler.Result.ReplyFailure;
        }
        wantsNoColours = true;
        return RequestHandler.Result.ReplySuccess;
    }

    private RequestHandler.Result shell() {
        return shown || leaving ? RequestHandler.Result.ReplyFailure : RequestHandler.Result.ReplySuccess;
    }

    private RequestHandler.Result exec() {
        metrics.requestRefused();
        return shown || leaving ? RequestHandler.Result.ReplyFailure : RequestHandler.Result.ReplySuccess;
    }

    private RequestHandler.Result signal(Buffer buffer) throws IOException {
        if (ENDING_SIGNALS.contains(buffer.getString())) {
            leave();
        }
        return RequestHandler.Result.ReplySuccess;
    }

    private void begin() {
        shown = true;
        text = new ConsoleText(!terminal.isEmpty() && !"dumb".equals(terminal) && !wantsNoColours);
        session.notices().attach(this);
        if (session.forwards().isEmpty()) {
            print(new ConsoleText.Problem("no tunnel is open; ask for one with -R name:80:localhost:3000"));
        }
        print(new ConsoleText.Note("Ctrl-C ends the session"));
    }

    /** A command gets words and an exit status instead of OpenSSH's bare "request failed". */
    private void refuseCommand() throws IOException {
        leaving = true;
        byte[] words = "this gateway runs no commands; use ssh -R, with -N or without a command\r\n"
                .getBytes(StandardCharsets.US_ASCII);
        Buffer packet =
                session.createBuffer(SshConstants.SSH_MSG_CHANNEL_EXTENDED_DATA, words.length + Integer.BYTES * 3);
        packet.putUInt(getRecipient());
        packet.putUInt(SshConstants.SSH_EXTENDED_DATA_STDERR);
        packet.putBytes(words);
        if (getRemoteWindow().getSize() >= words.length) {
            getRemoteWindow().consume(words.length);
            session.writePacket(packet);
        }
        sendExitStatus(1);
        sendEof();
        close(false);
    }

    /** The person wants to go: names are free at once, and the client sees a clean exit. */
    private void leave() throws IOException {
        if (leaving) {
            return;
        }
        leaving = true;
        session.notices().detach();
        session.forwards().endAll(CloseReason.CLIENT);
        sendExitStatus(0);
        sendEof();
        close(false);
        session.loop()
                .schedule(
                        () -> session.end(CloseReason.CLIENT, CloseReason.CLIENT.sentence()),
                        LEAVE_MILLIS,
                        TimeUnit.MILLISECONDS);
    }

    private void drain() {
        if (!shown) {
            return;
        }
        try {
            while (!queue.isEmpty() && unsentBytes < MAX_UNSENT_BYTES) {
                byte[] line = (text.format(queue.element()) + "\r\n").getBytes(StandardCharsets.US_ASCII);
                if (!fits(line.length)) {
                    return;
                }
                queue.remove();
                send(line);
            }
            if (queue.isEmpty() && skippedCount > 0) {
                long count = skippedCount;
                skippedCount = 0;
                print(new ConsoleText.Note(count + " lines skipped"));
            }
        } catch (IOException unwritable) {
            session.exceptionCaught(unwritable);
        }
    }

    private boolean fits(int length) {
        return length <= getRemoteWindow().getSize()
                && length <= getRemoteWindow().getPacketSize();
    }

    private void send(byte[] line) throws IOException {
        getRemoteWindow().consume(line.length);
        Buffer packet = session.createBuffer(SshConstants.SSH_MSG_CHANNEL_DATA, line.length + Integer.BYTES * 2);
        packet.putUInt(getRecipient());
        packet.putBytes(line);
        unsentBytes += line.length;
        writePacket(packet)
                .addListener(written -> session.loop().execute(() -> {
                    unsentBytes -= line.length;
                    drain();
                }));
    }
}
