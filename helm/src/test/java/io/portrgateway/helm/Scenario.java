package io.portrgateway.helm;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** One set of values that every check runs on. Rendered once. */
record Scenario(String name, Rendered rendered) {

    private static final List<Scenario> ALL = renderAll();

    /** The default values, every shipped values file, and every file of ci/. */
    static Stream<Scenario> all() {
        return ALL.stream();
    }

    private static List<Scenario> renderAll() {
        Map<String, List<Path>> files = new LinkedHashMap<>();
        files.put("default", List.of());
        Chart.shippedValues().forEach(file -> files.put(Chart.name(file), List.of(file)));
        Chart.scenarios().forEach(file -> files.put("ci/" + Chart.name(file), List.of(file)));
        List<Scenario> scenarios = new ArrayList<>();
        files.forEach((name, list) -> {
            Map<String, Object> values = name.startsWith("ci/") ? Map.of() : Chart.LEAST;
            scenarios.add(new Scenario(name, Chart.render(list, values)));
        });
        return List.copyOf(scenarios);
    }

    @Override
    public String toString() {
        return name;
    }
}
