package io.portrgateway.tunnel.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SshConfigTest {

    @Test
    void hasSafeDefaults() {
        Settings settings = new Settings(Map.of());

        SshConfig config = SshConfig.read(settings);

        assertThat(settings.problems()).isEmpty();
        assertThat(config.address().getPort()).isEqualTo(2222);
        assertThat(config.login().grace()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.heartbeat().deadline()).isLessThanOrEqualTo(Duration.ofSeconds(20));
        assertThat(config.ciphers()).containsExactly("aes128-gcm@openssh.com", "aes256-gcm@openssh.com");
    }

    @Test
    void reportsUnknownCipherAndWrongAddressTogether() {
        Settings settings =
                new Settings(Map.of("PORTR_SSH_CIPHERS", "3des-cbc", "PORTR_SSH_ADDRESS", "not-an-address"));

        SshConfig.read(settings);

        assertThat(settings.problems())
                .hasSize(2)
                .anyMatch(problem -> problem.startsWith("PORTR_SSH_CIPHERS"))
                .anyMatch(problem -> problem.startsWith("PORTR_SSH_ADDRESS"));
    }

    @Test
    void printsNoHostKey() {
        SshConfig config = SshConfig.read(new Settings(Map.of("PORTR_SSH_HOST_KEY", "very-secret")));

        assertThat(config.toString()).doesNotContain("very-secret");
    }

    @Test
    void derivesPublicUrls() {
        PublicUrls local = PublicUrls.read(new Settings(Map.of()));
        PublicUrls real = PublicUrls.read(new Settings(Map.of("PORTR_DOMAIN", "Tunnels.Example")));

        assertThat(local.http("app")).isEqualTo("http://app.localhost:8001");
        assertThat(local.tcp(30001)).isEqualTo("tcp://localhost:30001");
        assertThat(real.http("app")).isEqualTo("https://app.tunnels.example");
    }
}
