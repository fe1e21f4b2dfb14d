package io.portrgateway.tunnel.registry;

/** One host name below the gateway's domain. Opens no socket. Immutable. */
public record HttpBinding(Hostname hostname) implements Binding {

    @Override
    public String leaseName() {
        return "http:" + hostname.label();
    }
}
