package io.portrgateway.tunnel.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HttpConfigTest {

    @Test
    void readsTheDefaults() {
        Settings settings = new Settings(Map.of());
        HttpConfig config = HttpConfig.read(settings);

        assertThat(settings.problems()).isEmpty();
        assertThat(config.listen().port()).isEqualTo(8001);
        assertThat(config.listen().certificates()).isEmpty();
        assertThat(config.routing().domain()).isEqualTo("localhost");
        assertThat(config.trust().proxies()).isEmpty();
    }

    @Test
    void takesTheHostOfADomainWithAPortInAnyCase() {
        HttpConfig config = HttpConfig.read(new Settings(Map.of("PORTR_DOMAIN", "Tunnels.Example.com:8001")));

        assertThat(config.routing().domain()).isEqualTo("tunnels.example.com");
    }

    @Test
    void reportsEveryWrongValueByItsSetting() {
        Settings settings = new Settings(Map.of(
                "PORTR_DOMAIN", "https://example.com/",
                "PORTR_TLS_CERT", "a.crt,b.crt",
                "PORTR_TLS_KEY", "a.key",
                "PORTR_TRUSTED_PROXIES", "10.0.0.0/8, proxy.example.com, 10.0.0.0/33",
                "PORTR_HTTP_PROXY_PROTOCOL", "maybe"));
        HttpConfig config = HttpConfig.read(settings);

        assertThat(settings.problems())
                .hasSize(5)
                .anySatisfy(problem -> assertThat(problem).startsWith("PORTR_DOMAIN: "))
                .anySatisfy(problem -> assertThat(problem).startsWith("PORTR_TLS_KEY: "))
                .anySatisfy(problem -> assertThat(problem).contains("\"proxy.example.com\""))
                .anySatisfy(problem -> assertThat(problem).contains("\"10.0.0.0/33\""))
                .anySatisfy(problem -> assertThat(problem).startsWith("PORTR_HTTP_PROXY_PROTOCOL: "));
        assertThat(config.trust().proxies()).isEqualTo(List.of("10.0.0.0/8"));
    }
}
