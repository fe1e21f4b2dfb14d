package io.portrgateway.helm;

import com.google.gson.GsonBuilder;
import io.portrgateway.helm.KubernetesModels.Shape;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Makes values.schema.json of values.yaml: closed, every value typed, Kubernetes' own types taken from their models. */
final class ValuesSchema {

    static final Path PATH = Chart.DIRECTORY.resolve("values.schema.json");

    private final Map<String, Object> definitions = new TreeMap<>();

    private ValuesSchema() {}

    static String of(ValuesFile values) {
        ValuesSchema schema = new ValuesSchema();
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        root.put("title", "Values of the portr chart");
        root.putAll(object());
        for (ValuesFile.Entry entry : values.entries()) {
            Map<String, Object> parent = root;
            for (String key : entry.path().subList(0, entry.path().size() - 1)) {
                parent = Manifest.asMap(properties(parent).get(key));
            }
            Map<String, Object> typed = new LinkedHashMap<>();
            typed.put("description", entry.documentation());
            typed.putAll(entry.isSection() ? object() : schema.leaf(entry));
            properties(parent).put(entry.path().getLast(), typed);
        }
        root.put("$defs", schema.definitions);
        return new GsonBuilder()
                        .setPrettyPrinting()
                        .disableHtmlEscaping()
                        .create()
                        .toJson(root) + "\n";
    }

    private static Map<String, Object> object() {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("type", "object");
        object.put("additionalProperties", false);
        object.put("properties", new LinkedHashMap<>());
        return object;
    }

    private static Map<String, Object> properties(Map<String, Object> object) {
        return Manifest.asMap(object.get("properties"));
    }

    private Map<String, Object> leaf(ValuesFile.Entry entry) {
        Map<String, Object> type = new LinkedHashMap<>();
        ValuesFile.Annotation annotation = entry.annotation().orElse(new ValuesFile.Annotation("", ""));
        switch (annotation.name()) {
            case "strings" -> {
                type.put("type", "object");
                type.put("additionalProperties", Map.of("type", "string"));
            }
            case "list" -> {
                type.put("type", "array");
                type.put("items", Map.of("type", annotation.text()));
            }
            case "k8s" -> {
                boolean isList = annotation.text().startsWith("[");
                String name = annotation.text().replaceAll("[\\[\\]]", "");
                Map<String, Object> reference = model(KubernetesModels.named(name));
                type.putAll(isList ? array(reference) : reference);
            }
            case "schema" -> {
                type.put("type", scalarType(entry));
                type.putAll(annotation.json());
            }
            case "" -> type.put("type", scalarType(entry));
            default -> throw new AssertionError(entry.dotted() + ": unknown annotation @" + annotation.name());
        }
        return whole(type);
    }

    /** Gson reads every number as a decimal one. */
    private static Map<String, Object> whole(Map<String, Object> type) {
        type.replaceAll((key, value) -> value instanceof Double number ? (Object) number.longValue() : value);
        return type;
    }

    private static String scalarType(ValuesFile.Entry entry) {
        return switch (entry.defaultValue()) {
            case String text -> "string";
            case Integer number -> "integer";
            case Boolean truth -> "boolean";
            case List<?> list when entry.annotation().isPresent() -> "array";
            case null -> throw new AssertionError(entry.dotted() + " has no default");
            default -> throw new AssertionError(entry.dotted() + " needs an annotation that says its type");
        };
    }

    private Map<String, Object> model(Class<?> model) {
        String name = model.getSimpleName();
        if (!definitions.containsKey(name)) {
            Map<String, Object> object = object();
            definitions.put(name, object);
            KubernetesModels.fields(model)
                    .forEach((field, type) -> properties(object).put(field, typed(type)));
            if (!KubernetesModels.required(model).isEmpty()) {
                object.put(
                        "required",
                        KubernetesModels.required(model).stream().sorted().toList());
            }
        }
        return Map.of("$ref", "#/$defs/" + name);
    }

    private static Map<String, Object> array(Map<String, Object> items) {
        return new TreeMap<>(Map.of("type", "array", "items", items));
    }

    private Map<String, Object> typed(Type type) {
        return switch (KubernetesModels.shape(type)) {
            case Shape.Text text -> Map.of("type", "string");
            case Shape.Whole whole -> Map.of("type", "integer");
            case Shape.Decimal decimal -> Map.of("type", "number");
            case Shape.Truth truth -> Map.of("type", "boolean");
            case Shape.TextOrWhole either -> Map.of("type", List.of("string", "integer"));
            case Shape.Anything anything -> Map.of();
            case Shape.ListOf(Type element) -> array(typed(element));
            case Shape.MapOf(Type value) ->
                new TreeMap<>(Map.of("type", "object", "additionalProperties", typed(value)));
            case Shape.Model(Class<?> model) -> model(model);
        };
    }
}
