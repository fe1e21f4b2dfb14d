package io.portrgateway.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever an object points at is there: selectors, ports, Secrets, ConfigMaps and their keys, accounts. */
class ReferencesTest {

    /** What the scenarios say is the operator's own. */
    private static final Set<String> OF_THE_OPERATOR = Set.of(
            "keys",
            "db-owner",
            "db-admin",
            "db-tunnel",
            "db-ca",
            "db-urls",
            "rclone",
            "github",
            "gcp-key",
            "more",
            "wildcard");

    static Stream<Scenario> scenarios() {
        return Scenario.all();
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void selectorsFindPods(Scenario scenario) {
        Rendered rendered = scenario.rendered();
        for (Manifest object : rendered.objects()) {
            Map<String, Object> selector = switch (object.kind()) {
                case "Service" -> object.map("spec.selector");
                case "Deployment", "StatefulSet", "PodDisruptionBudget" -> object.map("spec.selector.matchLabels");
                case "NetworkPolicy" -> object.map("spec.podSelector.matchLabels");
                default -> Map.of();
            };
            if (!selector.isEmpty() && object.text("metadata.namespace").equals(Chart.NAMESPACE)) {
                assertThat(rendered.pods())
                        .as(object.id() + " selects " + selector)
                        .anyMatch(pod -> pod.labels().entrySet().containsAll(selector.entrySet()));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void policiesNameEachOther(Scenario scenario) {
        Rendered rendered = scenario.rendered();
        List<Map<String, Object>> peers = new ArrayList<>();
        for (Manifest policy : rendered.ofKind("NetworkPolicy")) {
            policy.maps("spec.egress").forEach(rule -> peers.addAll(Manifest.asMaps(rule.get("to"))));
        }
        assertThat(peers)
                .filteredOn(peer -> peer.containsKey("podSelector"))
                .map(peer ->
                        Manifest.asMap(Manifest.asMap(peer.get("podSelector")).get("matchLabels")))
                .filteredOn(labels -> !labels.containsKey("cnpg.io/cluster"))
                .allSatisfy(labels -> assertThat(rendered.pods())
                        .anyMatch(pod -> pod.labels().entrySet().containsAll(labels.entrySet())));
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void namedPortsAreThere(Scenario scenario) {
        Rendered rendered = scenario.rendered();
        for (Manifest service : rendered.ofKind("Service")) {
            for (Map<String, Object> port : service.maps("spec.ports")) {
                if (port.get("targetPort") instanceof String name) {
                    Map<String, Object> selector = service.map("spec.selector");
                    assertThat(rendered.pods())
                            .as(service.id() + " " + name)
                            .filteredOn(pod -> pod.labels().entrySet().containsAll(selector.entrySet()))
                            .isNotEmpty()
                            .allMatch(pod -> portNames(pod).contains(name));
                }
            }
        }
        for (Manifest pod : rendered.pods()) {
            for (Map<String, Object> container : pod.containers()) {
                for (String probe : List.of("startupProbe", "readinessProbe", "livenessProbe")) {
                    Object port = Manifest.asMap(
                                    Manifest.asMap(container.get(probe)).get("httpGet"))
                            .get("port");
                    if (port instanceof String name) {
                        assertThat(portNames(pod)).as(pod.id() + " " + probe).contains(name);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void monitorsFindServices(Scenario scenario) {
        for (Manifest monitor : scenario.rendered().ofKind("ServiceMonitor")) {
            Map<String, Object> labels = monitor.map("spec.selector.matchLabels");
            String port = (String) monitor.maps("spec.endpoints").getFirst().get("port");
            assertThat(scenario.rendered().ofKind("Service"))
                    .as(monitor.id())
                    .filteredOn(service -> service.labels().entrySet().containsAll(labels.entrySet()))
                    .filteredOn(service ->
                            service.maps("spec.ports").stream().anyMatch(known -> port.equals(known.get("name"))))
                    .hasSize(1);
        }
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void routesLeadToServices(Scenario scenario) {
        Rendered rendered = scenario.rendered();
        Set<String> backends = new TreeSet<>();
        for (Manifest ingress : rendered.ofKind("Ingress")) {
            for (Map<String, Object> rule : ingress.maps("spec.rules")) {
                for (Map<String, Object> path :
                        Manifest.asMaps(Manifest.asMap(rule.get("http")).get("paths"))) {
                    Map<String, Object> service =
                            Manifest.asMap(Manifest.asMap(path.get("backend")).get("service"));
                    backends.add(service.get("name") + ":"
                            + Manifest.asMap(service.get("port")).get("number"));
                }
            }
        }
        for (Manifest route : rendered.ofKind("HTTPRoute")) {
            for (Map<String, Object> rule : route.maps("spec.rules")) {
                Manifest.asMaps(rule.get("backendRefs"))
                        .forEach(backend -> backends.add(backend.get("name") + ":" + backend.get("port")));
            }
        }
        assertThat(backends).isNotEmpty().allSatisfy(backend -> {
            String[] parts = backend.split(":", -1);
            assertThat(rendered.get("Service", parts[0]).maps("spec.ports"))
                    .anyMatch(port -> parts[1].equals(String.valueOf(port.get("port"))));
        });
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void secretsAndConfigMapsAreThere(Scenario scenario) {
        Map<String, Set<String>> known = keys(scenario.rendered());
        for (Manifest pod : scenario.rendered().pods()) {
            references(pod).forEach((name, keys) -> {
                String plain = name.substring(name.indexOf('/') + 1);
                if (!OF_THE_OPERATOR.contains(plain)) {
                    assertThat(known).as(pod.id()).containsKey(name);
                    assertThat(known.get(name)).as(pod.id() + " " + name).containsAll(keys);
                }
            });
        }
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void accountsAreThere(Scenario scenario) {
        assertThat(scenario.rendered().pods())
                .filteredOn(pod -> !pod.kind().equals("Pod"))
                .allSatisfy(pod -> assertThat(
                                scenario.rendered().has("ServiceAccount", pod.text("spec.serviceAccountName")))
                        .as(pod.id())
                        .isTrue());
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void everyMountHasItsVolume(Scenario scenario) {
        for (Manifest pod : scenario.rendered().pods()) {
            Set<String> volumes = new TreeSet<>();
            pod.maps("spec.volumes").forEach(volume -> volumes.add((String) volume.get("name")));
            if (pod.kind().equals("StatefulSet")) {
                volumes.add("data");
            }
            Set<String> mounted = new TreeSet<>();
            for (Map<String, Object> container : pod.containers()) {
                Manifest.asMaps(container.get("volumeMounts"))
                        .forEach(mount -> mounted.add((String) mount.get("name")));
            }
            assertThat(volumes).as(pod.id()).isEqualTo(mounted);
        }
    }

    private static List<Object> portNames(Manifest pod) {
        return pod.containers().stream()
                .flatMap(container -> Manifest.asMaps(container.get("ports")).stream())
                .map(port -> port.get("name"))
                .toList();
    }

    /** Kind/name to keys of everything that can be referenced. */
    private static Map<String, Set<String>> keys(Rendered rendered) {
        Map<String, Set<String>> known = new HashMap<>();
        for (Manifest object : rendered.objects()) {
            switch (object.kind()) {
                case "ConfigMap", "Secret" ->
                    known.put(object.id(), object.map("data").keySet());
                case "ExternalSecret" -> {
                    Set<String> keys = new TreeSet<>();
                    object.maps("spec.data").forEach(data -> keys.add((String) data.get("secretKey")));
                    known.put("Secret/" + object.text("spec.target.name"), keys);
                }
                case "Certificate" ->
                    known.put("Secret/" + object.text("spec.secretName"), Set.of("tls.crt", "tls.key", "ca.crt"));
                case "Cluster" -> known.put("Secret/" + object.name() + "-ca", Set.of("ca.crt"));
                default -> {}
            }
        }
        return known;
    }

    /** Kind/name to keys of everything that a pod references. */
    private static Map<String, Set<String>> references(Manifest pod) {
        Map<String, Set<String>> found = new HashMap<>();
        for (Map<String, Object> volume : pod.maps("spec.volumes")) {
            volumeReference(found, "ConfigMap", Manifest.asMap(volume.get("configMap")));
            volumeReference(found, "Secret", Manifest.asMap(volume.get("secret")));
            for (Map<String, Object> source :
                    Manifest.asMaps(Manifest.asMap(volume.get("projected")).get("sources"))) {
                volumeReference(found, "ConfigMap", Manifest.asMap(source.get("configMap")));
                volumeReference(found, "Secret", Manifest.asMap(source.get("secret")));
            }
        }
        for (Map<String, Object> container : pod.containers()) {
            for (Map<String, Object> env : Manifest.asMaps(container.get("env"))) {
                Map<String, Object> from = Manifest.asMap(env.get("valueFrom"));
                keyReference(found, "ConfigMap", Manifest.asMap(from.get("configMapKeyRef")));
                keyReference(found, "Secret", Manifest.asMap(from.get("secretKeyRef")));
            }
            for (Map<String, Object> env : Manifest.asMaps(container.get("envFrom"))) {
                keyReference(found, "ConfigMap", Manifest.asMap(env.get("configMapRef")));
                keyReference(found, "Secret", Manifest.asMap(env.get("secretRef")));
            }
        }
        return found;
    }

    private static void volumeReference(Map<String, Set<String>> found, String kind, Map<String, Object> source) {
        Object name = source.getOrDefault("secretName", source.get("name"));
        if (name != null) {
            Set<String> keys = found.computeIfAbsent(kind + "/" + name, any -> new TreeSet<>());
            Manifest.asMaps(source.get("items")).forEach(item -> keys.add((String) item.get("key")));
        }
    }

    private static void keyReference(Map<String, Set<String>> found, String kind, Map<String, Object> source) {
        if (source.get("name") != null) {
            Set<String> keys = found.computeIfAbsent(kind + "/" + source.get("name"), any -> new TreeSet<>());
            if (source.get("key") != null) {
                keys.add((String) source.get("key"));
            }
        }
    }
}
