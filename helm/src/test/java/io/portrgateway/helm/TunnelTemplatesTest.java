package io.portrgateway.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** templates/tunnel. */
class TunnelTemplatesTest {

    private static final String NAME = "portr-tunnel";
    private static final Map<String, Object> DYNAMIC =
            Map.of("tunnel.tcp.mode", "dynamic", "tunnel.tcp.to", 40001, "tunnel.tcp.admissionPolicy", true);

    @Nested
    class Deployment {

        @Test
        void replacesItsPodWithoutAGap() {
            Manifest deployment = Chart.render(Map.of()).get("Deployment", NAME);

            assertThat(deployment.get("spec.replicas")).isEqualTo(1);
            assertThat(deployment.map("spec.strategy.rollingUpdate"))
                    .isEqualTo(Map.of("maxUnavailable", 0, "maxSurge", 1));
        }

        @Test
        void keepsOutgoingConnectionsOutOfThePool() {
            assertThat(pod(Map.of()).maps("spec.securityContext.sysctls"))
                    .containsExactly(Map.of("name", "net.ipv4.ip_local_port_range", "value", "40002 60999"));
        }

        @Test
        void leavesTimeToDrain() {
            Manifest pod = pod(Map.of());

            assertThat(pod.get("spec.terminationGracePeriodSeconds")).isEqualTo(60);
            assertThat(pod.container("tunnel-server"))
                    .containsEntry("lifecycle", Map.of("preStop", Map.of("sleep", Map.of("seconds", 5))));
        }

        @Test
        void isNamedAfterItsPod() {
            assertThat(Manifest.asMaps(pod(Map.of()).container("tunnel-server").get("env")))
                    .contains(Map.of(
                            "name",
                            "PORTR_NODE_ID",
                            "valueFrom",
                            Map.of("fieldRef", Map.of("fieldPath", "metadata.name"))));
        }

        @Test
        void takesTheNodesNetworkInHostNetworkMode() {
            Manifest deployment =
                    Chart.render(Map.of("tunnel.tcp.mode", "hostNetwork")).get("Deployment", NAME);
            Manifest pod = deployment.pod().orElseThrow();

            assertThat(deployment.text("spec.strategy.type")).isEqualTo("Recreate");
            assertThat(pod.get("spec.hostNetwork")).isEqualTo(true);
            assertThat(pod.text("spec.dnsPolicy")).isEqualTo("ClusterFirstWithHostNet");
            assertThat(pod.find("spec.securityContext.sysctls")).isEmpty();
        }

        @Test
        void mountsItsTokenInTheDynamicModeOnly() {
            assertThat(pod(Map.of()).get("spec.automountServiceAccountToken")).isEqualTo(false);
            assertThat(pod(DYNAMIC).get("spec.automountServiceAccountToken")).isEqualTo(true);
        }

        @Test
        void mountsTheCertificateWhenItEndsTls() {
            assertThat(pod(Map.of("tunnel.service.https.enabled", true)).maps("spec.volumes"))
                    .contains(Map.of("name", "tls", "secret", Map.of("secretName", "portr-tls", "defaultMode", 288)));
        }

        private static Manifest pod(Map<String, Object> values) {
            return Chart.render(values).get("Deployment", NAME).pod().orElseThrow();
        }
    }

    @Nested
    class Configmap {

        @Test
        void hasThePoolThatTheServiceHas() {
            Rendered rendered = Chart.render(Map.of("tunnel.tcp.from", 30500, "tunnel.tcp.to", 30502));

            assertThat(rendered.get("ConfigMap", NAME).map("data"))
                    .containsEntry("PORTR_TCP_PORT_RANGE", "30500-30502");
            assertThat(ports(rendered.get("Service", NAME))).containsExactly(2222, 30500, 30501, 30502);
        }

        @Test
        void redirectsToHttpsWhereItEndsTls() {
            assertThat(Chart.render(Map.of("tunnel.service.https.enabled", true, "tunnel.service.http.enabled", true))
                            .get("ConfigMap", NAME)
                            .map("data"))
                    .containsEntry("PORTR_HTTPS_REDIRECT", "true")
                    .containsEntry("PORTR_TLS_CERT", "/etc/portr/tls/tls.crt");
        }

        @Test
        void believesTheNamedProxies() {
            assertThat(Chart.renderYaml("config: {trustedProxies: [10.1.0.0/16, 10.2.0.0/16]}")
                            .get("ConfigMap", NAME)
                            .map("data"))
                    .containsEntry("PORTR_TRUSTED_PROXIES", "10.1.0.0/16,10.2.0.0/16");
        }
    }

    @Nested
    class Service {

        @Test
        void isALoadBalancerThatKeepsVisitorsAddresses() {
            Manifest service = Chart.render(Map.of()).get("Service", NAME);

            assertThat(service.text("spec.type")).isEqualTo("LoadBalancer");
            assertThat(service.text("spec.externalTrafficPolicy")).isEqualTo("Local");
            assertThat(service.get("spec.allocateLoadBalancerNodePorts")).isEqualTo(false);
            assertThat(service.annotations()).isEmpty();
        }

        @Test
        void opensHttpAndHttpsOnTheSameAddress() {
            Manifest service = Chart.render(Map.of(
                            "tunnel.service.http.enabled",
                            true,
                            "tunnel.service.https.enabled",
                            true,
                            "tunnel.tcp.mode",
                            "none"))
                    .get("Service", NAME);

            assertThat(ports(service)).containsExactly(2222, 80, 443);
        }

        @Test
        void speaksBothDialectsOfMetallb() {
            Map<String, Object> annotations = Chart.render(
                            Map.of("tunnel.service.metallb.ip", "10.0.0.9", "tunnel.service.metallb.pool", "public"))
                    .get("Service", NAME)
                    .annotations();

            assertThat(annotations)
                    .containsEntry("metallb.io/loadBalancerIPs", "10.0.0.9")
                    .containsEntry("metallb.universe.tf/loadBalancerIPs", "10.0.0.9")
                    .containsEntry("metallb.io/address-pool", "public")
                    .containsEntry("metallb.universe.tf/address-pool", "public")
                    .doesNotContainKey("metallb.io/allow-shared-ip");
        }

        @Test
        void sharesItsAddressWithTheIngress() {
            Rendered rendered = Chart.render(Map.of(
                    "ingressLoadBalancer.enabled",
                    true,
                    "tunnel.service.metallb.ip",
                    "10.0.0.9",
                    "tunnel.service.externalTrafficPolicy",
                    "Cluster"));

            for (String service : List.of(NAME, "portr-ingress")) {
                assertThat(rendered.get("Service", service).annotations())
                        .containsEntry("metallb.io/allow-shared-ip", "portr")
                        .containsEntry("metallb.universe.tf/allow-shared-ip", "portr")
                        .containsEntry("metallb.io/loadBalancerIPs", "10.0.0.9");
                assertThat(rendered.get("Service", service).text("spec.externalTrafficPolicy"))
                        .isEqualTo("Cluster");
            }
        }

        @Test
        void speaksTheDialectOfGke() {
            Manifest service = Chart.render(Map.of(
                            "publicIP.gcp.enabled", true, "publicIP.gcp.addressName", "ssh", "tunnel.tcp.to", 30050))
                    .get("Service", NAME);

            assertThat(service.annotations()).containsEntry("networking.gke.io/load-balancer-ip-addresses", "ssh");
            assertThat(service.text("spec.loadBalancerClass")).isEqualTo("networking.gke.io/l4-regional-external");
        }

        @Test
        void speaksTheDialectOfAws() {
            Map<String, Object> values =
                    new LinkedHashMap<>(Map.of("publicIP.aws.enabled", true, "tunnel.tcp.to", 30040));
            values.put("publicIP.aws.eipAllocations[0]", "eipalloc-a");
            values.put("publicIP.aws.eipAllocations[1]", "eipalloc-b");
            Manifest service = Chart.render(values).get("Service", NAME);
            String prefix = "service.beta.kubernetes.io/aws-load-balancer-";

            assertThat(service.annotations())
                    .containsEntry(prefix + "scheme", "internet-facing")
                    .containsEntry(prefix + "nlb-target-type", "ip")
                    .containsEntry(prefix + "eip-allocations", "eipalloc-a,eipalloc-b")
                    .containsEntry(prefix + "target-group-attributes", "preserve_client_ip.enabled=true");
            assertThat(service.text("spec.loadBalancerClass")).isEqualTo("service.k8s.aws/nlb");
        }

        @Test
        void speaksTheDialectOfAzure() {
            assertThat(Chart.render(Map.of(
                                    "publicIP.azure.enabled",
                                    true,
                                    "publicIP.azure.publicIPName",
                                    "ssh",
                                    "publicIP.azure.resourceGroup",
                                    "group"))
                            .get("Service", NAME)
                            .annotations())
                    .containsEntry("service.beta.kubernetes.io/azure-pip-name", "ssh")
                    .containsEntry("service.beta.kubernetes.io/azure-load-balancer-resource-group", "group")
                    .containsEntry("service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout", "30");
        }

        @Test
        void tellsExternalDns() {
            assertThat(Chart.render(Map.of("dns.externalDns.enabled", true, "tunnel.service.https.enabled", true))
                            .get("Service", NAME)
                            .annotations())
                    .containsEntry(
                            "external-dns.alpha.kubernetes.io/hostname",
                            "ssh.tunnels.example.com,*.tunnels.example.com");
        }

        @Test
        void letsTheOperatorsAnnotationsWin() {
            assertThat(Chart.renderYaml("""
                            tunnel:
                              service:
                                metallb: {ip: 10.0.0.9}
                                annotations: {metallb.io/loadBalancerIPs: 10.0.0.10}
                            """).get("Service", NAME).annotations())
                    .containsEntry("metallb.io/loadBalancerIPs", "10.0.0.10");
        }

        @Test
        void namesNoPortOfThePoolInTheDynamicMode() {
            assertThat(ports(Chart.render(DYNAMIC).get("Service", NAME))).containsExactly(2222);
        }
    }

    @Nested
    class ServiceTcp {

        @Test
        void isLeftOutForASmallPool() {
            assertThat(Chart.render(Map.of()).ofKind("Service"))
                    .extracting(Manifest::name)
                    .noneMatch(name -> name.startsWith("portr-tunnel-tcp"));
        }

        @Test
        void cutsALargePoolIntoServicesOnOneAddress() {
            Rendered rendered = Chart.render(Map.of(
                    "tunnel.tcp.to",
                    31200,
                    "tunnel.tcp.portsPerService",
                    500,
                    "tunnel.service.metallb.ip",
                    "10.0.0.9"));
            Manifest first = rendered.get("Service", NAME);
            Manifest second = rendered.get("Service", "portr-tunnel-tcp-1");
            Manifest third = rendered.get("Service", "portr-tunnel-tcp-2");

            assertThat(ports(first)).hasSize(501);
            assertThat(ports(second))
                    .isEqualTo(IntStream.rangeClosed(30501, 31000).boxed().toList());
            assertThat(ports(third))
                    .isEqualTo(IntStream.rangeClosed(31001, 31200).boxed().toList());
            assertThat(List.of(first, second, third)).allSatisfy(service -> {
                assertThat(service.annotations())
                        .containsEntry("metallb.io/allow-shared-ip", "portr")
                        .containsEntry("metallb.io/loadBalancerIPs", "10.0.0.9");
                assertThat(service.map("spec.selector")).isEqualTo(first.map("spec.selector"));
            });
        }
    }

    @Nested
    class ServiceHttp {

        @Test
        void isInsideTheClusterOnly() {
            Manifest service = Chart.render(Map.of()).get("Service", "portr-tunnel-http");

            assertThat(service.text("spec.type")).isEqualTo("ClusterIP");
            assertThat(ports(service)).containsExactly(8001);
        }
    }

    @Nested
    class ServiceHeadless {

        @Test
        void showsEachPodWithItsMetrics() {
            Manifest service = Chart.render(Map.of()).get("Service", "portr-tunnel-headless");

            assertThat(service.text("spec.clusterIP")).isEqualTo("None");
            assertThat(ports(service)).containsExactly(2222, 8090);
        }
    }

    @Nested
    class Role {

        @Test
        void isThereInTheDynamicModeOnlyAndForOneService() {
            assertThat(Chart.render(Map.of()).ofKind("Role")).isEmpty();
            assertThat(Chart.render(DYNAMIC).get("Role", "portr-tunnel-ports").maps("rules"))
                    .containsExactly(Map.of(
                            "apiGroups",
                            List.of(""),
                            "resources",
                            List.of("services"),
                            "resourceNames",
                            List.of(NAME),
                            "verbs",
                            List.of("get", "patch")));
        }
    }

    @Nested
    class Rolebinding {

        @Test
        void bindsTheTunnelsAccount() {
            assertThat(Chart.render(DYNAMIC)
                            .get("RoleBinding", "portr-tunnel-ports")
                            .maps("subjects"))
                    .containsExactly(Map.of("kind", "ServiceAccount", "name", NAME, "namespace", Chart.NAMESPACE));
        }
    }

    @Nested
    class Admissionpolicy {

        @Test
        void namesThePool() {
            Manifest policy = Chart.render(DYNAMIC).get("ValidatingAdmissionPolicy", "gateway-portr-tunnel-ports");

            assertThat(policy.maps("spec.matchConditions").getFirst().get("expression"))
                    .isEqualTo("request.userInfo.username == 'system:serviceaccount:gateway:portr-tunnel'");
            assertThat(policy.maps("spec.validations"))
                    .anyMatch(rule -> ((String) rule.get("expression")).contains("p.port >= 30001 && p.port <= 40001"));
        }

        @Test
        void isOptional() {
            assertThat(Chart.render(Map.of("tunnel.tcp.mode", "dynamic")).ofKind("ValidatingAdmissionPolicy"))
                    .isEmpty();
        }
    }

    @Nested
    class Admissionpolicybinding {

        @Test
        void deniesInThisNamespace() {
            Manifest binding =
                    Chart.render(DYNAMIC).get("ValidatingAdmissionPolicyBinding", "gateway-portr-tunnel-ports");

            assertThat(binding.text("spec.policyName")).isEqualTo("gateway-portr-tunnel-ports");
            assertThat(binding.get("spec.validationActions")).isEqualTo(List.of("Deny"));
        }
    }

    @Nested
    class Hpa {

        @Test
        void needsRoutingByNameBeforeThePods() {
            assertThat(Chart.render(Map.of("tunnel.autoscaling.enabled", true, "tunnel.allowMultipleReplicas", true))
                            .has("HorizontalPodAutoscaler", NAME))
                    .isTrue();
        }
    }

    @Nested
    class Pdb {

        @Test
        void isOffForOnePod() {
            assertThat(Chart.render(Map.of()).has("PodDisruptionBudget", NAME)).isFalse();
        }
    }

    @Nested
    class Networkpolicy {

        @Test
        void isLeftOutInTheNodesNetworkWhereItWouldNotHold() {
            assertThat(Chart.render(Map.of("tunnel.tcp.mode", "hostNetwork")).has("NetworkPolicy", NAME))
                    .isFalse();
        }
    }

    private static List<Object> ports(Manifest service) {
        return service.maps("spec.ports").stream().map(port -> port.get("port")).toList();
    }
}
