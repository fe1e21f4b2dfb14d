package io.portrgateway.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** templates/tls. */
class TlsTemplatesTest {

    @Nested
    class Certificate {

        @Test
        void isForTheDomainAndItsWildcard() {
            Manifest certificate = Chart.render(Map.of()).get("Certificate", "portr-tls");

            assertThat(certificate.get("spec.dnsNames"))
                    .isEqualTo(List.of("tunnels.example.com", "*.tunnels.example.com"));
            assertThat(certificate.map("spec.privateKey"))
                    .containsEntry("encoding", "PKCS8")
                    .containsEntry("rotationPolicy", "Always");
            assertThat(certificate.map("spec.issuerRef"))
                    .containsEntry("kind", "ClusterIssuer")
                    .containsEntry("name", "letsencrypt-dns");
        }

        @Test
        void isLeftOutWithACertificateOfTheOperator() {
            Rendered rendered = Chart.render(Map.of("tls.mode", "existingSecret", "tls.existingSecret", "wildcard"));

            assertThat(rendered.ofKind("Certificate")).isEmpty();
            assertThat(rendered.get("Ingress", "portr-tunnel").maps("spec.tls").getFirst())
                    .containsEntry("secretName", "wildcard");
        }
    }

    @Nested
    class Issuer {

        @Test
        void provesTheDomainByDns() {
            Rendered rendered = Chart.renderYaml("""
                    tls: {issuer: {create: true, name: "", email: ops@example.com, dns01: {cloudDNS: {project: p}}}}
                    """);
            // the least values name an issuer, which is then the one that is made
            Manifest issuer = rendered.get("ClusterIssuer", "letsencrypt-dns");

            assertThat(issuer.maps("spec.acme.solvers"))
                    .containsExactly(Map.of("dns01", Map.of("cloudDNS", Map.of("project", "p"))));
            assertThat(issuer.text("spec.acme.server")).contains("acme-v02");
            assertThat(issuer.find("metadata.namespace")).isEmpty();
        }

        @Test
        void isLeftOutUnlessWanted() {
            assertThat(Chart.render(Map.of()).ofKind("ClusterIssuer")).isEmpty();
        }
    }

    @Nested
    class SecretSelfsigned {

        @Test
        void isForTryingOut() {
            Rendered rendered = Chart.render(Map.of("tls.mode", "selfSigned"));

            assertThat(rendered.get("Secret", "portr-tls").text("type")).isEqualTo("kubernetes.io/tls");
            assertThat(rendered.ofKind("Certificate")).isEmpty();
        }
    }
}
