package io.portrgateway.load;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What several rounds found, by what was measured. The first round warms up and does not count. Not thread-safe. */
final class Samples<K, V> {

    private final Map<K, List<V>> samples = new HashMap<>();

    void add(int round, K key, V sample) {
        if (round > 0) {
            samples.computeIfAbsent(key, first -> new ArrayList<>()).add(sample);
        }
    }

    List<V> of(K key) {
        List<V> found = samples.getOrDefault(key, List.of());
        if (found.isEmpty()) {
            throw new IllegalStateException("samples of " + key + ": none");
        }
        return found;
    }
}
