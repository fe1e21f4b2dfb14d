package io.portrgateway.tunnel.kubernetes;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What we read of a Service, by the names of its fields in the API. Immutable. */
record Service(Metadata metadata, Spec spec) {

    record Metadata(String resourceVersion) {}

    record Spec(@Nullable List<Port> ports) {}

    record Port(@Nullable String name, int port, @Nullable String protocol) {}

    List<Port> ports() {
        List<Port> ports = spec.ports();
        return ports == null ? List.of() : ports;
    }
}
