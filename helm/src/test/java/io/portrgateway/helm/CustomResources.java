package io.portrgateway.helm;

import static java.util.Map.entry;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Shapes of the custom resources for which no model is published as a Java library, written down by hand from their
 * documentation: every field that the chart may use, with its type; the required ones begin with "!". Immutable.
 */
final class CustomResources {

    private static final String METADATA = "metadata.";

    private static final Map<String, Map<String, Class<?>>> SHAPES = Map.ofEntries(
            shape(
                    "traefik.io/v1alpha1 Middleware",
                    texts("spec.redirectScheme.scheme", "spec.rateLimit.period"),
                    wholes("spec.rateLimit.average", "spec.rateLimit.burst", "spec.headers.stsSeconds"),
                    truths("spec.redirectScheme.permanent", "spec.headers.stsIncludeSubdomains")),
            shape(
                    "external-secrets.io/v1 ExternalSecret",
                    texts(
                            "!spec.secretStoreRef.name",
                            "!spec.secretStoreRef.kind",
                            "!spec.refreshInterval",
                            "!spec.target.name",
                            "!spec.target.creationPolicy",
                            "spec.target.template.type",
                            "!spec.data[].secretKey",
                            "!spec.data[].remoteRef.key",
                            "spec.data[].remoteRef.property")),
            shape(
                    "compute.cnrm.cloud.google.com/v1beta1 ComputeAddress",
                    texts("!spec.location", "spec.addressType", "spec.networkTier", "spec.resourceID")),
            shape(
                    "postgresql.cnpg.io/v1 Cluster",
                    wholes("!spec.instances"),
                    truths(
                            "spec.monitoring.enablePodMonitor",
                            "spec.managed.roles[].login",
                            "spec.plugins[].isWALArchiver",
                            "spec.affinity.enablePodAntiAffinity"),
                    texts(
                            "spec.imageName",
                            "!spec.bootstrap.initdb.database",
                            "!spec.bootstrap.initdb.owner",
                            "spec.bootstrap.initdb.encoding",
                            "!spec.bootstrap.initdb.secret.name",
                            "!spec.managed.roles[].name",
                            "spec.managed.roles[].ensure",
                            "spec.managed.roles[].passwordSecret.name",
                            "!spec.storage.size",
                            "spec.storage.storageClass",
                            "spec.postgresql.parameters.*",
                            "spec.resources.requests.*",
                            "spec.resources.limits.*",
                            "spec.affinity.podAntiAffinityType",
                            "spec.affinity.topologyKey",
                            "spec.plugins[].name",
                            "spec.plugins[].parameters.barmanObjectName")),
            shape(
                    "postgresql.cnpg.io/v1 ScheduledBackup",
                    texts(
                            "!spec.schedule",
                            "!spec.cluster.name",
                            "spec.backupOwnerReference",
                            "spec.method",
                            "spec.pluginConfiguration.name")),
            shape(
                    "barmancloud.cnpg.io/v1 ObjectStore",
                    truths("spec.configuration.s3Credentials.inheritFromIAMRole"),
                    texts(
                            "spec.retentionPolicy",
                            "!spec.configuration.destinationPath",
                            "spec.configuration.endpointURL",
                            "spec.configuration.wal.compression",
                            "spec.configuration.s3Credentials.accessKeyId.name",
                            "spec.configuration.s3Credentials.accessKeyId.key",
                            "spec.configuration.s3Credentials.secretAccessKey.name",
                            "spec.configuration.s3Credentials.secretAccessKey.key",
                            "spec.configuration.googleCredentials.applicationCredentials.name",
                            "spec.configuration.googleCredentials.applicationCredentials.key")));

    /** What must be there in the kinds whose published models do not say so. */
    private static final Map<String, List<String>> REQUIRED = Map.of(
            "Certificate", List.of("spec.secretName", "spec.issuerRef.name", "spec.dnsNames[]"),
            "Issuer", List.of("spec.acme.server", "spec.acme.privateKeySecretRef.name"),
            "ClusterIssuer", List.of("spec.acme.server", "spec.acme.privateKeySecretRef.name"),
            "Gateway",
                    List.of(
                            "spec.gatewayClassName",
                            "spec.listeners[].name",
                            "spec.listeners[].port",
                            "spec.listeners[].protocol"),
            "HTTPRoute", List.of("spec.parentRefs[].name", "spec.hostnames[]"),
            "ServiceMonitor", List.of("spec.endpoints[].port", "spec.selector.matchLabels.app.kubernetes.io/name"),
            "PrometheusRule", List.of("spec.groups[].name", "spec.groups[].rules[].expr"));

    private CustomResources() {}

    /** Fields that an object of a published model lacks. */
    static List<String> missing(Manifest object) {
        Set<String> there = Manifest.scalars(object.tree()).stream()
                .map(scalar -> scalar.getKey().substring(1))
                .collect(Collectors.toSet());
        return REQUIRED.getOrDefault(object.kind(), List.of()).stream()
                .filter(path -> !there.contains(path))
                .map(path -> object.id() + "." + path + ": missing")
                .toList();
    }

    static List<String> problems(Manifest object) {
        Map<String, Class<?>> shape = SHAPES.get(object.apiVersion() + " " + object.kind());
        if (shape == null) {
            return List.of(object.id() + ": no model of " + object.apiVersion());
        }
        List<String> problems = new ArrayList<>();
        List<Map.Entry<String, Object>> scalars = Manifest.scalars(object.tree());
        for (Map.Entry<String, Object> scalar : scalars) {
            String path = scalar.getKey().substring(1);
            if (path.startsWith(METADATA) || path.equals("apiVersion") || path.equals("kind")) {
                continue;
            }
            Class<?> type = shape.entrySet().stream()
                    .filter(known -> matches(known.getKey(), path))
                    .findFirst()
                    .<Class<?>>map(Map.Entry::getValue)
                    .orElse(null);
            if (type == null) {
                problems.add(object.id() + "." + path + ": unknown field");
            } else if (!type.isInstance(scalar.getValue())) {
                problems.add(object.id() + "." + path + ": " + scalar.getValue() + " (expected: " + type.getSimpleName()
                        + ")");
            }
        }
        Set<String> there =
                scalars.stream().map(scalar -> scalar.getKey().substring(1)).collect(Collectors.toSet());
        shape.keySet().stream()
                .filter(path -> path.startsWith("!") && !there.contains(path.substring(1)))
                .forEach(path -> problems.add(object.id() + "." + path.substring(1) + ": missing"));
        return problems;
    }

    private static boolean matches(String known, String path) {
        String plain = known.startsWith("!") ? known.substring(1) : known;
        return plain.endsWith(".*") ? path.startsWith(plain.substring(0, plain.length() - 1)) : plain.equals(path);
    }

    @SafeVarargs
    private static Map.Entry<String, Map<String, Class<?>>> shape(String name, Map<String, Class<?>>... fields) {
        Map<String, Class<?>> all = new java.util.LinkedHashMap<>();
        for (Map<String, Class<?>> some : fields) {
            all.putAll(some);
        }
        return entry(name, all);
    }

    private static Map<String, Class<?>> texts(String... paths) {
        return typed(String.class, paths);
    }

    private static Map<String, Class<?>> wholes(String... paths) {
        return typed(Integer.class, paths);
    }

    private static Map<String, Class<?>> truths(String... paths) {
        return typed(Boolean.class, paths);
    }

    private static Map<String, Class<?>> typed(Class<?> type, String... paths) {
        return List.of(paths).stream().collect(Collectors.toMap(path -> path, path -> type));
    }
}
