package io.portrgateway.helm;

import java.util.List;
import java.util.Optional;

/**
 * Everything a render of the chart answers. Immutable.
 *
 * @param notes what Helm prints after an installation
 */
record Rendered(String yaml, List<Manifest> objects, String notes) {

    Manifest get(String kind, String name) {
        return find(kind, name)
                .orElseThrow(() -> new AssertionError("no " + kind + "/" + name + " among "
                        + objects.stream().map(Manifest::id).toList()));
    }

    Optional<Manifest> find(String kind, String name) {
        return objects.stream().filter(object -> object.is(kind, name)).findFirst();
    }

    boolean has(String kind, String name) {
        return find(kind, name).isPresent();
    }

    List<Manifest> ofKind(String kind) {
        return objects.stream().filter(object -> object.kind().equals(kind)).toList();
    }

    /** Pods and what makes pods, as pods. */
    List<Manifest> pods() {
        return objects.stream().flatMap(object -> object.pod().stream()).toList();
    }
}
