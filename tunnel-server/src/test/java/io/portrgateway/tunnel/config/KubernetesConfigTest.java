package io.portrgateway.tunnel.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KubernetesConfigTest {

    @Test
    void isOffUnlessAServiceIsNamed() {
        Settings settings = new Settings(Map.of("KUBERNETES_SERVICE_HOST", "10.152.183.1"));

        assertThat(KubernetesConfig.read(settings).isOn()).isFalse();
        assertThat(settings.problems()).isEmpty();
    }

    @Test
    void takesTheApiFromWhatKubernetesSets() {
        Settings settings = new Settings(Map.of(
                "PORTR_KUBERNETES_SERVICE",
                "portr-tunnel",
                "KUBERNETES_SERVICE_HOST",
                "fd00::1",
                "KUBERNETES_SERVICE_PORT",
                "6443",
                "PORTR_KUBERNETES_MAX_PORTS",
                "45"));
        KubernetesConfig config = KubernetesConfig.read(settings);

        assertThat(settings.problems()).isEmpty();
        assertThat(config.isOn()).isTrue();
        assertThat(config.apiHost()).isEqualTo("fd00::1");
        assertThat(config.apiPort()).isEqualTo(6443);
        assertThat(config.maxPortCount()).isEqualTo(45);
    }

    @Test
    void saysThatItBelongsIntoAPod() {
        Settings settings = new Settings(Map.of("PORTR_KUBERNETES_SERVICE", "portr-tunnel"));

        KubernetesConfig.read(settings);

        assertThat(settings.problems()).singleElement().asString().contains("KUBERNETES_SERVICE_HOST");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Portr", "a/b", "-a", "a?x=1", "a..b"})
    void refusesWhatIsNoNameOfAService(String name) {
        Settings settings =
                new Settings(Map.of("PORTR_KUBERNETES_SERVICE", name, "KUBERNETES_SERVICE_HOST", "10.0.0.1"));

        KubernetesConfig.read(settings);

        assertThat(settings.problems()).singleElement().asString().startsWith("PORTR_KUBERNETES_SERVICE: ");
    }
}
