package io.portrgateway.tunnel.registry;

/** Why a tunnel or a session ends. */
public enum CloseReason {
    /** The client cancelled the forward or said good-bye. The name is free at once. */
    CLIENT("closed by the client"),
    /** The session vanished. The name is held for its owner for the grace time. */
    LOST("the connection to the client was lost"),
    /** A newer session of the same membership serves the name. */
    TAKEN_OVER("a newer session of yours took this name over"),
    /** The secret key was rotated or the membership ended. */
    REVOKED("your secret key was rotated or your membership ended; log in with the new key"),
    /** The SSH public key that the session logged in with was removed, or its user is gone. */
    KEY_REMOVED("the SSH public key you logged in with was removed; log in with another one"),
    /** An administrator or the owner disconnected it in the dashboard. */
    DISCONNECTED("disconnected from the dashboard"),
    /** This node stops. */
    SHUTDOWN("the gateway is restarting; reconnect now"),
    /** The lease could not be kept. */
    EXPIRED("the right to this name was lost to another session");

    private final String sentence;

    CloseReason(String sentence) {
        this.sentence = sentence;
    }

    /** What the person at the client reads. */
    public String sentence() {
        return sentence;
    }
}
