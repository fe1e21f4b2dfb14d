package io.portrgateway.helm;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** One rendered object, as plain maps and lists. Immutable by convention. */
record Manifest(Map<String, Object> tree) {

    /** What a pod is made from, wherever it stands. */
    static final List<String> POD_KINDS = List.of("Pod", "Deployment", "StatefulSet", "Job", "CronJob");

    String kind() {
        return text("kind");
    }

    String apiVersion() {
        return text("apiVersion");
    }

    String name() {
        return text("metadata.name");
    }

    /** {@code Kind/name}, for messages. */
    String id() {
        return kind() + "/" + name();
    }

    boolean is(String kind, String name) {
        return kind().equals(kind) && name().equals(name);
    }

    /** The value at a path of keys with dots between; keys with dots in them are asked for with {@link #map}. */
    Optional<Object> find(String path) {
        Object here = tree;
        for (String key : path.split("\\.", -1)) {
            if (!(here instanceof Map<?, ?> map) || !map.containsKey(key)) {
                return Optional.empty();
            }
            here = map.get(key);
        }
        return Optional.ofNullable(here);
    }

    Object get(String path) {
        return find(path).orElseThrow(() -> new AssertionError(id() + " has no " + path));
    }

    String text(String path) {
        return String.valueOf(
                find(path).orElseThrow(() -> new AssertionError(tree.get("kind") + " without " + path + ": " + tree)));
    }

    Map<String, Object> map(String path) {
        return find(path).map(Manifest::asMap).orElse(Map.of());
    }

    List<Map<String, Object>> maps(String path) {
        return find(path).map(Manifest::asMaps).orElse(List.of());
    }

    Map<String, Object> annotations() {
        return map("metadata.annotations");
    }

    Map<String, Object> labels() {
        return map("metadata.labels");
    }

    /** The pod's metadata and specification, when this is something that makes pods. */
    Optional<Manifest> pod() {
        return switch (kind()) {
            case "Pod" -> Optional.of(this);
            case "Deployment", "StatefulSet", "Job" -> Optional.of(inner("spec.template"));
            case "CronJob" -> Optional.of(inner("spec.jobTemplate.spec.template"));
            default -> Optional.empty();
        };
    }

    private Manifest inner(String path) {
        Map<String, Object> template = new java.util.LinkedHashMap<>(map(path));
        Map<String, Object> metadata = new java.util.LinkedHashMap<>(asMap(template.get("metadata")));
        metadata.put("name", name());
        template.put("metadata", metadata);
        template.put("kind", kind());
        template.put("apiVersion", "v1");
        return new Manifest(template);
    }

    /** Containers and init containers of a pod. */
    List<Map<String, Object>> containers() {
        return Stream.concat(maps("spec.containers").stream(), maps("spec.initContainers").stream())
                .toList();
    }

    Map<String, Object> container(String name) {
        return containers().stream()
                .filter(container -> name.equals(container.get("name")))
                .findFirst()
                .orElseThrow(() -> new AssertionError(id() + " has no container " + name));
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> asMap(Object value) {
        return value == null ? Map.of() : (Map<String, Object>) value;
    }

    @SuppressWarnings("unchecked")
    static List<Map<String, Object>> asMaps(Object value) {
        return value == null ? List.of() : (List<Map<String, Object>>) value;
    }

    /** All pairs of path and scalar below a value. */
    static List<Map.Entry<String, Object>> scalars(Object value) {
        List<Map.Entry<String, Object>> found = new ArrayList<>();
        collect("", value, found);
        return found;
    }

    private static void collect(String path, Object value, List<Map.Entry<String, Object>> found) {
        switch (value) {
            case Map<?, ?> map -> map.forEach((key, inner) -> collect(path + "." + key, inner, found));
            case List<?> list -> list.forEach(inner -> collect(path + "[]", inner, found));
            case null -> {}
            default -> found.add(Map.entry(path, value));
        }
    }
}
