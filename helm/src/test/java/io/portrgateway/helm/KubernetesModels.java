package io.portrgateway.helm;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.google.gson.annotations.SerializedName;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The shapes of Kubernetes' objects, read from the fields of the official Java client's models and of fabric8's models of
 * custom resources. Thread-safe.
 */
final class KubernetesModels {

    private static final String OFFICIAL = "io.kubernetes.client.openapi.models.";
    private static final String CERT_MANAGER = "io.fabric8.certmanager.api.model.v1.";
    private static final String GATEWAY = "io.fabric8.kubernetes.api.model.gatewayapi.v1.";
    private static final String MONITORING = "io.fabric8.openshift.api.model.monitoring.v1.";

    private static final Map<Class<?>, Map<String, Type>> FIELDS = new ConcurrentHashMap<>();

    private KubernetesModels() {}

    /** The model of an object, or null when none is known. */
    static Class<?> of(String apiVersion, String kind) {
        String name = switch (apiVersion) {
            case "cert-manager.io/v1" -> CERT_MANAGER + kind;
            case "gateway.networking.k8s.io/v1" -> GATEWAY + kind;
            case "monitoring.coreos.com/v1" -> MONITORING + kind;
            case "v1",
                    "apps/v1",
                    "batch/v1",
                    "policy/v1",
                    "networking.k8s.io/v1",
                    "rbac.authorization.k8s.io/v1",
                    "admissionregistration.k8s.io/v1" -> OFFICIAL + "V1" + kind;
            case "autoscaling/v2" -> OFFICIAL + "V2" + kind;
            default -> null;
        };
        return name == null ? null : load(name);
    }

    /** A model by the short name that values.yaml uses. */
    static Class<?> named(String shortName) {
        return shortName.startsWith("V1")
                ? load(OFFICIAL + shortName)
                : shortName.startsWith("ACME")
                        ? load("io.fabric8.certmanager.api.model.acme.v1." + shortName)
                        : load(GATEWAY + shortName);
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name, false, KubernetesModels.class.getClassLoader());
        } catch (ClassNotFoundException unknown) {
            throw new AssertionError("no model " + name, unknown);
        }
    }

    /** Names and types of the fields that an object of this model may have. */
    static Map<String, Type> fields(Class<?> model) {
        return FIELDS.computeIfAbsent(model, KubernetesModels::read);
    }

    private static Map<String, Type> read(Class<?> model) {
        Map<String, Type> fields = new LinkedHashMap<>();
        for (Class<?> type = model; type != null && type != Object.class; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                SerializedName gson = field.getAnnotation(SerializedName.class);
                JsonProperty jackson = field.getAnnotation(JsonProperty.class);
                if (!Modifier.isStatic(field.getModifiers()) && (gson != null || jackson != null)) {
                    fields.putIfAbsent(gson != null ? gson.value() : jackson.value(), field.getGenericType());
                }
            }
        }
        return fields;
    }

    /** Names of the fields that an object of this model must have, where the model knows. */
    @SuppressWarnings("unchecked")
    static Set<String> required(Class<?> model) {
        try {
            return (Set<String>) model.getField("openapiRequiredFields").get(null);
        } catch (NoSuchFieldException notOfficial) {
            return Set.of();
        } catch (IllegalAccessException broken) {
            throw new AssertionError(broken);
        }
    }

    /** What a value of a type may be. */
    sealed interface Shape {
        record Text() implements Shape {}

        record Whole() implements Shape {}

        record Decimal() implements Shape {}

        record Truth() implements Shape {}

        record TextOrWhole() implements Shape {}

        record Anything() implements Shape {}

        record ListOf(Type element) implements Shape {}

        record MapOf(Type value) implements Shape {}

        record Model(Class<?> type) implements Shape {}
    }

    static Shape shape(Type type) {
        if (type instanceof ParameterizedType generic) {
            Class<?> raw = (Class<?>) generic.getRawType();
            Type[] arguments = generic.getActualTypeArguments();
            if (List.class.isAssignableFrom(raw) || Set.class.isAssignableFrom(raw)) {
                return new Shape.ListOf(arguments[0]);
            }
            if (Map.class.isAssignableFrom(raw)) {
                return new Shape.MapOf(arguments[1]);
            }
            throw new AssertionError("unknown generic type " + type);
        }
        Class<?> plain = (Class<?>) type;
        return switch (plain.getSimpleName()) {
            case "String", "OffsetDateTime" -> new Shape.Text();
            case "byte[]" -> new Shape.Text();
            case "Integer", "Long", "int", "long" -> new Shape.Whole();
            case "Double", "Float" -> new Shape.Decimal();
            case "Boolean", "boolean" -> new Shape.Truth();
            case "IntOrString", "Quantity" -> new Shape.TextOrWhole();
            case "Object", "JsonNode", "AnyType", "RawExtension", "V1JSONSchemaProps", "JSON" -> new Shape.Anything();
            default -> plain.isEnum() ? new Shape.Text() : new Shape.Model(plain);
        };
    }
}
