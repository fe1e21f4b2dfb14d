package io.portrgateway.tunnel.registry;

/** A member's secret key as a client presented it; {@code toString} hides it. Immutable. */
public record SecretKey(String reveal) {

    @Override
    public String toString() {
        return "SecretKey[hidden]";
    }
}
