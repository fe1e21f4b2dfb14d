package io.portrgateway.helm;

import io.portrgateway.helm.KubernetesModels.Shape;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Says what an API server with strict field validation would say: unknown fields, missing fields, wrong types. */
final class StrictValidation {

    private final List<String> problems = new ArrayList<>();

    private StrictValidation() {}

    static List<String> problems(Manifest object) {
        Class<?> model = KubernetesModels.of(object.apiVersion(), object.kind());
        if (model == null) {
            return CustomResources.problems(object);
        }
        StrictValidation validation = new StrictValidation();
        validation.check(object.id(), object.tree(), model);
        validation.problems.addAll(CustomResources.missing(object));
        return validation.problems;
    }

    private void check(String path, Object value, Type type) {
        Shape shape = KubernetesModels.shape(type);
        boolean fits = switch (shape) {
            case Shape.Text text -> value instanceof String;
            case Shape.Whole whole -> value instanceof Integer || value instanceof Long;
            case Shape.Decimal decimal -> value instanceof Number;
            case Shape.Truth truth -> value instanceof Boolean;
            case Shape.TextOrWhole either -> value instanceof String || value instanceof Integer;
            case Shape.Anything anything -> true;
            case Shape.ListOf list -> value instanceof List<?>;
            case Shape.MapOf map -> value instanceof Map<?, ?>;
            case Shape.Model model -> value instanceof Map<?, ?>;
        };
        if (!fits) {
            problems.add(path + ": " + value + " (expected: " + shape + ")");
            return;
        }
        switch (shape) {
            case Shape.ListOf(Type element) -> {
                int index = 0;
                for (Object inner : (List<?>) value) {
                    check(path + "[" + index++ + "]", inner, element);
                }
            }
            case Shape.MapOf(Type inner) ->
                ((Map<?, ?>) value).forEach((key, entry) -> check(path + "." + key, entry, inner));
            case Shape.Model(Class<?> model) -> checkModel(path, Manifest.asMap(value), model);
            default -> {}
        }
    }

    private void checkModel(String path, Map<String, Object> value, Class<?> model) {
        Map<String, Type> fields = KubernetesModels.fields(model);
        value.forEach((name, inner) -> {
            Type field = fields.get(name);
            if (field == null) {
                problems.add(path + "." + name + ": unknown field (of " + model.getSimpleName() + ")");
            } else if (inner != null) {
                check(path + "." + name, inner, field);
            }
        });
        KubernetesModels.required(model).stream()
                .filter(name -> value.get(name) == null)
                .forEach(name -> problems.add(path + "." + name + ": missing"));
    }
}
