package io.portrgateway.tunnel;

import java.io.Serial;

/** The server cannot start; the message is for the operator and complete, so no stack trace is printed. */
public final class StartException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    /** Exit codes of the process, one per kind of problem. */
    public enum Kind {
        /** A setting or an argument is wrong. */
        SETTINGS(2),
        /** A port, a key or a certificate cannot be had. */
        LISTEN(3),
        /** The database did not become usable in time. */
        DATABASE(4);

        private final int exitCode;

        Kind(int exitCode) {
            this.exitCode = exitCode;
        }

        public int exitCode() {
            return exitCode;
        }
    }

    private final Kind kind;

    StartException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
