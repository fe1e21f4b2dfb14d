package io.portrgateway.tunnel.store;

import org.jspecify.annotations.Nullable;

/** The database could not be asked. Stackless: it was logged where it happened. */
final class StoreException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    StoreException(String message, @Nullable Throwable cause) {
        super(message, cause, false, false);
    }
}
