package io.portrgateway.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** templates/tests: the pods of "helm test". */
class HelmTestPodsTest {

    @Test
    void areHooksInTheChartItself() throws Exception {
        assertThat(Files.readString(Chart.DIRECTORY.resolve("templates/_tests.tpl")))
                .contains("\"helm.sh/hook\" \"test\"");
        assertThat(pods())
                .hasSize(4)
                .allSatisfy(pod -> assertThat(pod.annotations()).containsEntry("was.helm.sh/hook", "test"));
    }

    @Test
    void canBeSwitchedOff() {
        assertThat(Chart.render(Map.of("tests.enabled", false)).ofKind("Pod")).isEmpty();
    }

    @Nested
    class AdminHealth {

        @Test
        void asksForReadiness() {
            assertThat(script("portr-test-admin-health"))
                    .contains("/dev/tcp/portr-admin-ops/8091", "GET /actuator/health/readiness ", "^HTTP/1.1 200");
        }
    }

    @Nested
    class SshBanner {

        @Test
        void readsTheFirstLineOfSsh() {
            assertThat(script("portr-test-ssh-banner")).contains("/dev/tcp/portr-tunnel-headless/2222", "^SSH-2.0-");
        }
    }

    @Nested
    class HttpTunnel {

        @Test
        void wantsTunnelServersOwnAnswer() {
            assertThat(script("portr-test-http-tunnel"))
                    .contains("/dev/tcp/portr-tunnel-http/8001", "helm-test-no-such-tunnel.tunnels.example.com")
                    .contains("unregistered-subdomain");
        }
    }

    @Nested
    class DbLogin {

        @Test
        void countsMigrations() {
            assertThat(script("portr-test-db-login")).contains("flyway_schema_history");
        }
    }

    @Nested
    class Networkpolicy {

        @Test
        void reachesTheServers() {
            assertThat(Chart.render(Map.of()).get("NetworkPolicy", "portr-test").toString())
                    .contains("component=admin", "component=tunnel");
        }
    }

    static List<Manifest> pods() {
        return Chart.render(Map.of()).ofKind("Pod");
    }

    static String script(String pod) {
        List<?> command = (List<?>)
                Chart.render(Map.of()).get("Pod", pod).container("test").get("command");
        return (String) command.getLast();
    }
}
