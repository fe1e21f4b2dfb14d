package io.portrgateway.tunnel.ssh;

import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.ScheduledFuture;
import io.portrgateway.tunnel.metrics.SshMetrics.StreamFailure;
import io.portrgateway.tunnel.registry.UpstreamException;
import io.portrgateway.tunnel.registry.UpstreamException.Reason;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.apache.sshd.common.SshConstants;
import org.jspecify.annotations.Nullable;

/** The opening of one stream, with its time-out and its repetitions. Confined to the session's event loop. */
final class StreamOpening implements ForwardedChannel.Opening {

    private static final long FIRST_PAUSE_MILLIS = 1;
    private static final long LONGEST_PAUSE_MILLIS = 50;
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final SshUpstream upstream;
    private final SessionStreams streams;
    private final InetSocketAddress visitor;
    private final Promise<Channel> promise;
    private final long startNanos = System.nanoTime();

    private @Nullable ForwardedChannel asked;
    private @Nullable ScheduledFuture<?> timeout;
    private long pauseMillis = FIRST_PAUSE_MILLIS;

    StreamOpening(SshUpstream upstream, SessionStreams streams, InetSocketAddress visitor) {
        this.upstream = upstream;
        this.streams = streams;
        this.visitor = visitor;
        this.promise = streams.eventLoop().newPromise();
    }

    Future<Channel> future() {
        return promise;
    }

    void start() {
        timeout = streams.eventLoop()
                .schedule(this::timedOut, streams.config().openTimeout().toNanos(), TimeUnit.NANOSECONDS);
        ask();
    }

    private void ask() {
        if (promise.isDone()) {
            return;
        }
        if (!upstream.isOpen()) {
            failed(Reason.CLOSED);
        } else if (streams.isFull()) {
            failed(Reason.LIMIT);
        } else {
            asked = streams.open(upstream.forward(), visitor, this);
            if (asked == null) {
                failed(Reason.CLOSED);
            }
        }
    }

    @Override
    public void accepted(SshStreamChannel stream) {
        stopTimeout();
        upstream.accepted(stream);
        if (!promise.trySuccess(stream)) {
            stream.close();
        }
    }

    @Override
    public void declined(int reasonCode) {
        boolean isTimeLeft = System.nanoTime() - startNanos < RETRY_NANOS;
        if (reasonCode == SshConstants.SSH_OPEN_ADMINISTRATIVELY_PROHIBITED
                && isTimeLeft
                && upstream.mayNotKnowForwardYet()) {
            streams.metrics().streamRetried();
            streams.eventLoop().schedule(this::ask, pauseMillis, TimeUnit.MILLISECONDS);
            pauseMillis = Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
        } else {
            failed(Reason.REFUSED);
        }
    }

    @Override
    public void failed(Reason reason) {
        stopTimeout();
        streams.metrics().streamFailed(failure(reason));
        promise.tryFailure(new UpstreamException(reason, message(reason)));
    }

    private void timedOut() {
        if (asked != null) {
            asked.abandon();
        }
        failed(Reason.TIMEOUT);
    }

    private void stopTimeout() {
        if (timeout != null) {
            timeout.cancel(false);
        }
    }

    private static StreamFailure failure(Reason reason) {
        return switch (reason) {
            case REFUSED -> StreamFailure.REFUSED;
            case TIMEOUT -> StreamFailure.TIMEOUT;
            case LIMIT -> StreamFailure.LIMIT;
            case CLOSED -> StreamFailure.CLOSED;
        };
    }

    private static String message(Reason reason) {
        return switch (reason) {
            case REFUSED -> "the client refused the stream";
            case TIMEOUT -> "the client did not answer in time";
            case LIMIT -> "the session carries as many streams as it may";
            case CLOSED -> "the session is closed";
        };
    }
}
