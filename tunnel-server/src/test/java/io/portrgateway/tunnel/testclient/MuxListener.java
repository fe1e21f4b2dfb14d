package io.portrgateway.tunnel.testclient;

/** What happens on one SSH connection. Called on the connection's IO thread: nothing here may block. */
interface MuxListener {

    /** The server opens a channel; true accepts it. */
    Verdict judge(Opening opening);

    /** An accepted channel, confirmed to the server. */
    void opened(ClientStream stream);

    /** The server broke a rule. */
    void violated(Violation violation);

    /** What the server says about a channel it opens. */
    record Opening(String type, String address, long port, String originator, long originatorPort) {}

    /** How a channel opening is answered; {@code reason} is 0 for "accept". */
    record Verdict(int reason, String text) {
        static final Verdict ACCEPT = new Verdict(0, "");
    }
}
