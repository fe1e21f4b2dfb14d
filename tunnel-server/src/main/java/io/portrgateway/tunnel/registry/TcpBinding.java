package io.portrgateway.tunnel.registry;

/** One public TCP port out of the pool. Immutable. */
public record TcpBinding(int port) implements Binding {

    public TcpBinding {
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("tcp port: " + port + " (expected: 1-65535)");
        }
    }

    @Override
    public String leaseName() {
        return "tcp:" + port;
    }
}
