package io.portrgateway.admin.settings;

/**
 * A value that must never be printed. Immutable.
 *
 * @param reveal the plain value; call it only where the value is used
 */
public record Secret(String reveal) {

    /** Hides the value, so that a log line or an exception message cannot leak it. */
    @Override
    public String toString() {
        return "Secret[hidden]";
    }
}
