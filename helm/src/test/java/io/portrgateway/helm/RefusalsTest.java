package io.portrgateway.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Values that cannot work are refused with what to change. */
class RefusalsTest {

    static Stream<Arguments> refused() {
        return Stream.of(
                arguments(Map.of("global.domain", ""), "global.domain is empty: set it"),
                arguments(Map.of("tls.issuer.challenge", "http01"), "HTTP-01 cannot prove a wildcard"),
                arguments(Map.of("tls.issuer.create", true), "exactly one DNS provider"),
                arguments(Map.of("tls.issuer.name", ""), "tls.issuer.name is empty"),
                arguments(Map.of("tls.mode", "existingSecret"), "tls.existingSecret is empty"),
                arguments(
                        Map.of("tls.mode", "selfSigned", "tunnel.service.https.enabled", true),
                        "needs a certificate whose key is PKCS#8"),
                arguments(Map.of("tunnel.replicas", 2), "Set it to 1"),
                arguments(Map.of("tunnel.autoscaling.enabled", true), "needs tunnel.allowMultipleReplicas=true"),
                arguments(Map.of("tunnel.pdb.enabled", true), "blocks every drain of its node"),
                arguments(
                        Map.of("admin.autoscaling.enabled", true, "admin.autoscaling.minReplicas", 9),
                        "admin.autoscaling.minReplicas is more than maxReplicas"),
                arguments(Map.of("admin.pdb.minAvailable", 2), "make it smaller"),
                arguments(
                        Map.of("tunnel.terminationGracePeriodSeconds", 30),
                        "must be more than preStopSeconds and shutdownGrace together (30)"),
                arguments(Map.of("tunnel.tcp.to", 30000), "tunnel.tcp.to is below tunnel.tcp.from"),
                arguments(Map.of("tunnel.tcp.from", 2200, "tunnel.tcp.to", 2300), "contains 2222"),
                arguments(Map.of("tunnel.tcp.to", 40001, "tunnel.tcp.portsPerService", 1000), "iUnderstandTheCost"),
                arguments(Map.of("tunnel.tcp.to", 31000), "share an address by MetalLB only"),
                arguments(
                        Map.of(
                                "tunnel.tcp.mode",
                                "hostNetwork",
                                "tunnel.replicas",
                                2,
                                "tunnel.allowMultipleReplicas",
                                true),
                        "needs tunnel.antiAffinity=required"),
                arguments(
                        Map.of("tunnel.tcp.mode", "dynamic", "tunnel.service.type", "NodePort"),
                        "dynamic needs tunnel.service.type LoadBalancer"),
                arguments(
                        Map.of(
                                "tunnel.tcp.mode",
                                "dynamic",
                                "tunnel.replicas",
                                2,
                                "tunnel.allowMultipleReplicas",
                                true),
                        "dynamic is for one pod"),
                arguments(Map.of("ingressLoadBalancer.enabled", true), "needs tunnel.service.metallb.ip"),
                arguments(
                        Map.of("ingressLoadBalancer.enabled", true, "tunnel.service.metallb.ip", "10.0.0.1"),
                        "needs tunnel.service.externalTrafficPolicy=Cluster"),
                arguments(Map.of("gateway.enabled", true), "exclude each other"),
                arguments(Map.of("gateway.enabled", true, "ingress.enabled", false), "gateway.className is empty"),
                arguments(
                        Map.of("gateway.enabled", true, "ingress.enabled", false, "gateway.create", false),
                        "gateway.parentRefs is empty"),
                arguments(Map.of("publicIP.gcp.enabled", true, "publicIP.aws.enabled", true), "enable one cloud"),
                arguments(Map.of("publicIP.gcp.enabled", true), "publicIP.gcp.addressName is empty"),
                arguments(Map.of("publicIP.gcp.create", true), "publicIP.gcp.projectId is empty"),
                arguments(Map.of("publicIP.aws.enabled", true), "more than a load balancer of aws has (50"),
                arguments(
                        Map.of(
                                "publicIP.aws.enabled",
                                true,
                                "publicIP.aws.subnets[0]",
                                "a",
                                "publicIP.aws.eipAllocations[0]",
                                "b",
                                "publicIP.aws.eipAllocations[1]",
                                "c"),
                        "as many entries as publicIP.aws.subnets"),
                arguments(Map.of("postgresql.mode", "external"), "postgresql.external.host is empty"),
                arguments(
                        Map.of("postgresql.mode", "external", "postgresql.external.host", "db"),
                        "postgresql.auth.owner.existingSecret is empty"),
                arguments(
                        Map.of("postgresql.mode", "cnpg", "postgresql.cnpg.backup.enabled", true),
                        "postgresql.cnpg.backup.destinationPath is empty"),
                arguments(Map.of("postgresql.mode", "cnpg", "backup.enabled", true), "use postgresql.cnpg.backup"),
                arguments(Map.of("backup.offsite.enabled", true), "backup.offsite needs remote"),
                arguments(Map.of("restore.enabled", true, "backup.enabled", true), "restore.dump is empty"),
                arguments(Map.of("restore.enabled", true), "restore.enabled needs backup.enabled"),
                arguments(Map.of("restore.enabled", true, "restore.source", "remote"), "needs backup.offsite"),
                arguments(Map.of("externalSecrets.enabled", true), "externalSecrets.secretStoreRef.name is empty"),
                arguments(Map.of("dns.gcp.enabled", true), "dns.gcp needs projectId, zone and records"),
                arguments(Map.of("config.github.clientId", "app"), "needs both clientId and existingSecret"),
                arguments(Map.of("config.github.bootstrapLogin", "me"), "needs config.github.clientId"),
                arguments(Map.of("config.plainHttp", true), "set tls.mode=none"));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void saysWhatToChange(Map<String, Object> values, String message) {
        assertThat(Chart.refusal(values)).contains(message);
    }

    static Stream<Arguments> schemaViolations() {
        return Stream.of(
                arguments(Map.of("admin.replicas", "two"), "/admin/replicas"),
                arguments(Map.of("admin.replica", 2), "replica"),
                arguments(Map.of("tunnel.tcp.mode", "magic"), "/tunnel/tcp/mode"),
                arguments(Map.of("admin.tolerations[0].efect", "NoSchedule"), "efect"),
                arguments(Map.of("admin.extraEnv[0].value", "x"), "name"),
                arguments(Map.of("admin.image.digest", "sha256:1"), "/admin/image/digest"),
                arguments(Map.of("global.domain", "not a domain"), "/global/domain"),
                arguments(Map.of("tls.issuer.dns01.cloudflair.email", "x"), "cloudflair"));
    }

    @ParameterizedTest
    @MethodSource("schemaViolations")
    void theSchemaNamesTheWrongValue(Map<String, Object> values, String message) {
        assertThat(Chart.refusal(values)).contains(message);
    }

    @Test
    void allProblemsAreSaidAtOnce() {
        assertThat(Chart.refusal(Map.of("tunnel.replicas", 2, "config.plainHttp", true)))
                .contains("tunnel.replicas is more than 1", "config.plainHttp with a certificate");
    }

    @Test
    void kubernetesBeforeOnePointThirtyIsRefused() {
        assertThatThrownBy(() -> new com.marcnuri.helm.Helm(Chart.DIRECTORY)
                        .template()
                        .withName("x")
                        .withKubeVersion("1.29.0")
                        .set("global.domain", "example.com")
                        .call())
                .hasMessageContaining("1.29.0");
    }

    @Test
    void whatIsRefusedForOneReasonRendersWithoutIt() {
        assertThat(Chart.render(List.of(), Chart.LEAST).objects()).isNotEmpty();
        assertThat(Chart.render(Map.of("tunnel.replicas", 2, "tunnel.allowMultipleReplicas", true))
                        .get("Deployment", "portr-tunnel")
                        .get("spec.replicas"))
                .isEqualTo(2);
        assertThat(Chart.render(Map.of(
                                "tunnel.tcp.to",
                                40001,
                                "tunnel.tcp.portsPerService",
                                1000,
                                "tunnel.tcp.iUnderstandTheCost",
                                true,
                                "tunnel.service.metallb.ip",
                                "10.0.0.1"))
                        .ofKind("Service"))
                .filteredOn(service -> service.name().startsWith("portr-tunnel-tcp-"))
                .hasSize(10);
    }
}
