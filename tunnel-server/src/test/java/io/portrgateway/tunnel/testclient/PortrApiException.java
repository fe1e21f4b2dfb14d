package io.portrgateway.tunnel.testclient;

import java.io.IOException;

/** The admin API answered something the client does not accept. */
public final class PortrApiException extends IOException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;

    PortrApiException(int status, String code, String message) {
        super(message);
        this.status = status;
        this.code = code;
    }

    /** Status of the answer. */
    public int status() {
        return status;
    }

    /** The {@code code} of the answer; empty when there was none. */
    public String code() {
        return code;
    }
}
