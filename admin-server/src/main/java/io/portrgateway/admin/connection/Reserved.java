package io.portrgateway.admin.connection;

/** What came of asking for a tunnel. */
sealed interface Reserved {

    /** The client may log in with this id. */
    record Granted(String connectionId) implements Reserved {}

    /** The name is not to be had; {@code code} is what the client knows it by. */
    record Refused(String code, String message) implements Reserved {}

    /** Others were asking for the same at the same time, again and again. */
    record Busy() implements Reserved {}
}
