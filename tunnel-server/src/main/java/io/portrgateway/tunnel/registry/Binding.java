package io.portrgateway.tunnel.registry;

/** What a tunnel makes public. Immutable. */
public sealed interface Binding permits HttpBinding, TcpBinding {

    /** The name that has one live owner, as the {@code lease} table spells it: {@code http:app} or {@code tcp:30001}. */
    String leaseName();
}
