package io.portrgateway.tunnel.testclient;

import java.io.IOException;

/** The calls of a {@code portr} client to the admin API, with the client's strictness about status and content type. Thread-safe. */
public final class PortrApi implements AutoCloseable {

    private final String baseUrl;

    /** Makes an API client; {@code baseUrl} has a scheme and no slash at its end. */
    public PortrApi(String baseUrl) {
        this.baseUrl = baseUrl;
    }

    /**
     * Creates a connection and answers its id.
     *
     * @param subdomain the name, or null for a TCP tunnel
     * @throws IOException when the answer is not one the client accepts; the message holds the server's text
     */
    public String createConnection(
            PortrClientConfig.Kind kind, String secretKey, @org.jspecify.annotations.Nullable String subdomain)
            throws IOException {
        throw new UnsupportedOperationException(baseUrl);
    }

    /** Downloads the configuration of the key and answers its YAML text. */
    public String downloadConfig(String secretKey) throws IOException {
        throw new UnsupportedOperationException(baseUrl);
    }

    /** Reads the server's version, which decides whether the client pools. */
    public String version() throws IOException {
        throw new UnsupportedOperationException(baseUrl);
    }

    @Override
    public void close() {}
}
