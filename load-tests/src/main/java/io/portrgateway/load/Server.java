package io.portrgateway.load;

import java.io.IOException;

/** A server under measurement. */
interface Server extends AutoCloseable {

    /** What the results page calls it. */
    String name();

    /** The process whose tree is measured. */
    long pid();

    /** Opens a tunnel to a loopback service and waits until it serves. */
    OpenTunnel open(Kind kind, int originPort, String cipher) throws IOException, InterruptedException;

    @Override
    void close();

    /** How visitors reach the service. */
    enum Kind {
        HTTP,
        TCP
    }

    /** A tunnel that serves. Closing it ends its client. */
    record OpenTunnel(int visitorPort, String host, AutoCloseable client) implements AutoCloseable {
        @Override
        public void close() {
            try {
                client.close();
            } catch (Exception failed) {
                throw new IllegalStateException("client: cannot be ended", failed);
            }
        }

        Visitor visitor() {
            return new Visitor(visitorPort, host);
        }
    }
}
