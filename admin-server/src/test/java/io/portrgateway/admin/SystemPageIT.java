package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.portrgateway.admin.Gateway.Answer;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** The system page and the figures of the API. */
@Timeout(120)
class SystemPageIT {

    private static Gateway gateway;
    private static Screen screen;

    @BeforeAll
    static void start() {
        gateway = Gateway.start("PORTR_SIGN_IN_RATE_PER_ADDRESS", "0");
        new Members(gateway).add("ada@example.com", "default-team", "member");
        screen = new Screen(gateway);
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @Test
    void showsHowTheInstallationIsDoing() {
        screen.signIn().open("/instance/system");
        assertThat(screen.text()).contains("No tunnel-server has registered");
        new SampleTeam(gateway).node();

        screen.open("/instance/system").check("system");

        assertThat(screen.text()).contains("node-1").contains("Running").contains("PostgreSQL");
    }

    @Test
    void isForSuperusersOnly() {
        screen.signIn("ada@example.com").open("/instance/system").forgetConsole();

        assertThat(screen.text()).contains("403").doesNotContain("node-1");
    }

    @Test
    void answersTheFiguresInTheFieldsOfTheOriginal() {
        try (Browser browser = new Browser(gateway)) {
            browser.signIn(gateway.bean(io.portrgateway.admin.team.FirstAdministrator.class)
                    .entry(java.util.Optional.empty())
                    .orElseThrow()
                    .signInUrl());
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> stats(browser).path("chart_data").has("latest"));

            JsonNode stats = stats(browser);

            assertThat(stats.path("team_stats").path("team_members").asInt()).isEqualTo(2);
            assertThat(stats.path("team_stats").path("active_connections").asInt())
                    .isZero();
            JsonNode system = stats.path("system_stats");
            assertThat(system.propertyNames())
                    .containsExactlyInAnyOrder(
                            "server_start_time",
                            "memory_used_mb",
                            "memory_total_mb",
                            "goroutines",
                            "num_cpu",
                            "hostname",
                            "os",
                            "architecture",
                            "system_memory_total_gb",
                            "system_memory_used_gb",
                            "system_memory_usage_percent",
                            "cpu_user_time",
                            "cpu_system_time",
                            "cpu_usage_percent");
            assertThat(system.path("server_start_time").asString())
                    .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");
            assertThat(system.path("goroutines").asInt()).isPositive();
            assertThat(system.path("memory_used_mb").asDouble()).isPositive();
            assertThat(system.path("system_memory_total_gb").asDouble()).isPositive();
            JsonNode chart = stats.path("chart_data");
            assertThat(chart.path("memory_usage").size()).isBetween(1, 30);
            assertThat(chart.path("memory_usage").get(0).path("value").asDouble())
                    .isPositive();
            assertThat(Instant.parse(
                            chart.path("cpu_usage").get(0).path("timestamp").asString()))
                    .isBefore(Instant.now().plusSeconds(1));
            assertThat(chart.path("latest").propertyNames())
                    .containsExactlyInAnyOrder("memory_usage", "cpu_usage", "timestamp");
        }
    }

    private static JsonNode stats(Browser browser) {
        Answer answer = browser.open("/api/v1/config/stats", "X-Team-Slug", "default-team");
        assertThat(answer.status()).isEqualTo(200);
        return answer.json();
    }
}
