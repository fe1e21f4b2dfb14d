package io.portrgateway.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** NOTES.txt says what is true for the values. */
class NotesTest {

    @Test
    void namesTheRecordsPortsAndCommands() {
        String notes =
                Chart.render(Map.of("tunnel.service.metallb.ip", "10.0.0.9")).notes();

        assertThat(notes)
                .contains("ssh.tunnels.example.com    A   address of the Service (10.0.0.9)")
                .contains("admin.tunnels.example.com    A   address of the ingress controller")
                .contains("*.tunnels.example.com    A   address of the ingress controller")
                .contains("2222 SSH")
                .contains("30001-30100 TCP tunnels")
                // beside the server in its container: more would be ended by the kernel, and the server with it
                .contains(
                        "java -Xmx32m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -jar /app/admin-server.jar sign-in-link")
                .contains("helm -n gateway test portr")
                .contains("get secret portr-encryption-key");
    }

    @Test
    void warnsOfWhatIsMissing() {
        assertThat(Chart.render(Map.of()).notes())
                .contains("WARNING: config.trustedProxies is empty")
                .contains("WARNING: backup.enabled is false");
        assertThat(Chart.render(Map.of("tls.mode", "none")).notes()).contains("WARNING: there is no TLS");
        assertThat(Chart.render(Map.of("tls.mode", "selfSigned")).notes()).contains("self-signed");
        assertThat(Chart.render(Map.of("postgresql.persistence.enabled", false)).notes())
                .contains("its data ends with its pod");
    }

    @Test
    void tellsWhereADynamicPortIsMissed() {
        assertThat(Chart.render(Map.of("tunnel.tcp.mode", "dynamic", "tunnel.tcp.to", 40001))
                        .notes())
                .contains("30001-40001 TCP tunnels, each while it is open (at most 1000)")
                .contains("portr_kubernetes_ports_missing");
    }

    @Test
    void doesNotWarnWithoutReason() {
        assertThat(Chart.renderYaml("""
                        config: {trustedProxies: [10.1.0.0/16]}
                        backup: {enabled: true}
                        """).notes()).doesNotContain("WARNING");
    }

    @Test
    void neverHoldsASecret() {
        Rendered rendered = Chart.render(Map.of());

        rendered.ofKind("Secret")
                .forEach(secret -> secret.map("data")
                        .values()
                        .forEach(value -> assertThat(rendered.notes()).doesNotContain((String) value)));
    }
}
