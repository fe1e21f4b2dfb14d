package io.portrgateway.tunnel.testclient;

import java.time.Duration;
import java.util.function.Supplier;

/**
 * What a test client needs to open one tunnel. Immutable; start with {@link #of} and change single values with the {@code with…} methods.
 *
 * @param sshHost host of the SSH listener
 * @param sshPort port of the SSH listener
 * @param connectionId id of the connection made through the API; the part of the user name before the first colon
 * @param secretKey the member's key; the part of the user name after the first colon
 * @param kind what the tunnel carries
 * @param localHost host of the local service
 * @param localPort port of the local service
 * @param poolSize number of SSH connections with the same id; ignored by the beta client, which has one
 * @param keepaliveInterval time between two keep-alive requests, and before the first
 * @param keepaliveReplyLimit time in which the server has to answer a keep-alive
 * @param maxRetries failed reconnects in a row after which the client gives up
 * @param backoffScale factor on the waits between reconnects (1, 2, 4 … 16 s), so that tests need not wait
 * @param newConnectionId makes a new connection id for the reconnect of an unpooled client
 * @param registerForwardAfterReplyDelay time between the server's answer and the moment the forward exists in the client: channels opened in
 *     between are rejected, as in the real client for a few microseconds
 * @param headLimit time for a request's head, from the opening of the channel for the first and from its first byte for later ones
 */
public record PortrClientConfig(
        String sshHost,
        int sshPort,
        String connectionId,
        String secretKey,
        Kind kind,
        String localHost,
        int localPort,
        int poolSize,
        Duration keepaliveInterval,
        Duration keepaliveReplyLimit,
        int maxRetries,
        double backoffScale,
        Supplier<String> newConnectionId,
        Duration registerForwardAfterReplyDelay,
        Duration headLimit) {

    /** What a tunnel carries. */
    public enum Kind {
        /** HTTP requests for a subdomain. */
        HTTP,
        /** Bytes of a public TCP port. */
        TCP
    }

    /** The values a real client has by default: pool of one, keep-alive each 3 s, 10 retries, back-off at full length. */
    public static PortrClientConfig of(
            String sshHost, int sshPort, String connectionId, String secretKey, Kind kind, int localPort) {
        return new PortrClientConfig(
                sshHost,
                sshPort,
                connectionId,
                secretKey,
                kind,
                "127.0.0.1",
                localPort,
                1,
                Duration.ofSeconds(3),
                Duration.ofSeconds(5),
                10,
                1.0,
                () -> connectionId,
                Duration.ZERO,
                Duration.ofSeconds(15));
    }

    /** The same with another pool size. */
    public PortrClientConfig withPoolSize(int size) {
        return new PortrClientConfig(
                sshHost,
                sshPort,
                connectionId,
                secretKey,
                kind,
                localHost,
                localPort,
                size,
                keepaliveInterval,
                keepaliveReplyLimit,
                maxRetries,
                backoffScale,
                newConnectionId,
                registerForwardAfterReplyDelay,
                headLimit);
    }

    /** The same with other keep-alive times. */
    public PortrClientConfig withKeepalive(Duration interval, Duration replyLimit) {
        return new PortrClientConfig(
                sshHost,
                sshPort,
                connectionId,
                secretKey,
                kind,
                localHost,
                localPort,
                poolSize,
                interval,
                replyLimit,
                maxRetries,
                backoffScale,
                newConnectionId,
                registerForwardAfterReplyDelay,
                headLimit);
    }

    /** The same with another reconnect budget; {@code scale} multiplies the waits, jitter included. */
    public PortrClientConfig withReconnect(int retries, double scale) {
        return new PortrClientConfig(
                sshHost,
                sshPort,
                connectionId,
                secretKey,
                kind,
                localHost,
                localPort,
                poolSize,
                keepaliveInterval,
                keepaliveReplyLimit,
                retries,
                scale,
                newConnectionId,
                registerForwardAfterReplyDelay,
                headLimit);
    }

    /** The same with a source of connection ids for unpooled reconnects; what it throws counts as a failed attempt. */
    public PortrClientConfig withNewConnectionId(Supplier<String> source) {
        return new PortrClientConfig(
                sshHost,
                sshPort,
                connectionId,
                secretKey,
                kind,
                localHost,
                localPort,
                poolSize,
                keepaliveInterval,
                keepaliveReplyLimit,
                maxRetries,
                backoffScale,
                source,
                registerForwardAfterReplyDelay,
                headLimit);
    }

    /** The same with a window in which channels are rejected after the forward was answered. */
    public PortrClientConfig withRegisterForwardAfterReplyDelay(Duration delay) {
        return new PortrClientConfig(
                sshHost,
                sshPort,
                connectionId,
                secretKey,
                kind,
                localHost,
                localPort,
                poolSize,
                keepaliveInterval,
                keepaliveReplyLimit,
                maxRetries,
                backoffScale,
                newConnectionId,
                delay,
                headLimit);
    }

    /** The same with another limit for request heads. */
    public PortrClientConfig withHeadLimit(Duration limit) {
        return new PortrClientConfig(
                sshHost,
                sshPort,
                connectionId,
                secretKey,
                kind,
                localHost,
                localPort,
                poolSize,
                keepaliveInterval,
                keepaliveReplyLimit,
                maxRetries,
                backoffScale,
                newConnectionId,
                registerForwardAfterReplyDelay,
                limit);
    }
}
