package io.portrgateway.tunnel.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.portrgateway.tunnel.registry.Tunnel;
import io.portrgateway.tunnel.registry.Upstream;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The visitor's side of an exchange: an HTTP/1 connection, one stream of an HTTP/2 connection, or a request that is sent
 * again. Confined to {@link #loop()}.
 */
sealed interface Visitor permits Http1Visitor, Http2Visitor, ReplayVisitor {

    EventLoop loop();

    Peer peer();

    /** The tunnel the request is for. */
    Optional<Tunnel> tunnel(RequestHead head);

    /** The forwarded header lines for the service. */
    byte[] forwarded(RequestHead head);

    /** The session that served the connection's last request, worth staying with. */
    @Nullable
    Upstream lastUpstream();

    /** Remembers the session that serves the present request. */
    void servedBy(Upstream upstream);

    /** Whether the connection can be taken to another event loop now. */
    boolean canMove();

    /** Takes the connection to the loop, then runs one of the two there. */
    void moveTo(EventLoop loop, Runnable moved, Runnable lost);

    /** Whether bytes of the visitor are being handled now, so that a flush can wait for the end of the batch. */
    boolean isReading();

    /** Whether more of the answer may be written now. */
    boolean isWritable();

    /** Bytes of the answer that were written and are still on their way. */
    long pendingBytes();

    /** Stops body parts from coming; one that is on its way may still come. */
    void pauseRequest();

    void resumeRequest();

    /** Passes a 1xx other than 101 on. */
    void interim(HttpResponse response);

    /**
     * Begins the answer.
     *
     * @param connectionNames names that end at this hop by the response's own {@code Connection}
     * @param hasBody whether the service will send a body
     */
    void answer(RequestHead head, HttpResponse response, @Nullable List<String> connectionNames, boolean hasBody);

    /** Passes a part of the body on; takes the buffer over. */
    void content(ByteBuf part);

    /** Ends the body. */
    void end(HttpHeaders trailers);

    void flush();

    /** Gives the gateway's own answer. {@code head} is null when none could be read. */
    void answer(@Nullable RequestHead head, EdgeAnswer answer);

    /** Cuts an answer that cannot be completed, so that it cannot look complete. */
    void abort(Failure why);

    /** The exchange ended with a complete answer. */
    void done(boolean requestComplete);

    /** Changes to a raw relay after a 101. */
    void upgrade(RequestHead head, HttpResponse switching, UpgradeSplice splice);
}
