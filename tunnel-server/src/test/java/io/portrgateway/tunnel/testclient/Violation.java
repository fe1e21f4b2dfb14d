package io.portrgateway.tunnel.testclient;

/**
 * Something the server did that the protocol forbids and the real client would not survive, or would answer with a refusal.
 *
 * @param rule which rule was broken
 * @param detail what exactly was seen
 */
public record Violation(Rule rule, String detail) {

    /** The rules that are watched. */
    public enum Rule {
        /** More data than the window of the channel allowed. */
        WINDOW_EXCEEDED,
        /** A data packet with more than 32,768 bytes. */
        PACKET_TOO_LARGE,
        /** A packet for a channel that does not exist, or after the server's own CLOSE, or data after its EOF. */
        UNKNOWN_CHANNEL,
        /** An answer to a global request that was never sent or is answered already. */
        STRAY_REPLY,
        /** A channel whose connected address or port is not what the client asked for. */
        WRONG_FORWARD,
        /** A channel whose originator is not an IP literal, or has port 0. */
        BAD_ORIGINATOR,
        /** A keep-alive that was not answered by success in time. */
        KEEPALIVE_UNANSWERED,
        /** A packet that cannot be read. */
        MALFORMED
    }
}
