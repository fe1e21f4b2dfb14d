package io.portrgateway.tunnel.testclient;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** The client's own answer when the local service cannot be reached (protocol section 4.3). */
final class LocalErrorPage {

    private static final String BODY = "<!doctype html><title>offline</title><p>The local service is not running.</p>";

    private LocalErrorPage() {}

    static void write(OutputStream to, boolean close) throws IOException {
        to.write(("HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/html\r\nX-Portr-Error: true\r\n"
                        + "X-Portr-Error-Reason: local-server-not-online\r\n" + (close ? "Connection: close\r\n" : "")
                        + "Content-Length: " + BODY.length() + "\r\n\r\n" + BODY)
                .getBytes(StandardCharsets.US_ASCII));
        to.flush();
    }
}
