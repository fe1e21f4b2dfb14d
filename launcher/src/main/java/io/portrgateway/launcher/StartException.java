package io.portrgateway.launcher;

/** The gateway cannot start, or cannot go on; the message is one line that says what to do about it. */
final class StartException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String line;

    StartException(String line) {
        super(line);
        this.line = line;
    }

    StartException(String line, Throwable cause) {
        super(line, cause);
        this.line = line;
    }

    /** The message, which is always there. */
    String line() {
        return line;
    }
}
