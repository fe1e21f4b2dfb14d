package io.portrgateway.tunnel.http;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import org.jspecify.annotations.Nullable;

/** Reads failures out of what the codec reports. */
final class Failures {

    private Failures() {}

    /** Why a request could not be decoded. */
    static Failure ofRequest(@Nullable Throwable cause) {
        return switch (cause) {
            case MalformedHead malformed -> malformed.failure();
            case TooLongHttpHeaderException tooLong -> Failure.HEADER_TOO_LARGE;
            case TooLongHttpLineException tooLong -> Failure.HEADER_TOO_LARGE;
            case null, default -> Failure.BAD_REQUEST;
        };
    }
}
