package io.portrgateway.tunnel.testclient;

import java.io.IOException;

/** The set-up of a tunnel failed: the real client would end with this text. */
public final class PortrStartException extends IOException {

    private static final long serialVersionUID = 1L;

    private final Stage stage;

    /** How far the set-up came. */
    public enum Stage {
        /** The TCP connection. */
        DIAL,
        /** Key exchange and log-in. */
        HANDSHAKE,
        /** The forward request: all candidate ports were refused. */
        FORWARD
    }

    PortrStartException(Stage stage, String message, Throwable cause) {
        super(message, cause);
        this.stage = stage;
    }

    PortrStartException(Stage stage, String message) {
        super(message);
        this.stage = stage;
    }

    /** How far the set-up came. */
    public Stage stage() {
        return stage;
    }
}
