package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.portrgateway.admin.Gateway.Answer;
import io.portrgateway.admin.team.FirstAdministrator;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** While the database is away: clear answers; afterwards: all by itself as before. */
@Timeout(120)
class OutageIT {

    @Test
    void answersClearlyWhileTheDatabaseIsAwayAndRecovers() {
        try (Gateway gateway = Gateway.start();
                Browser browser = new Browser(gateway)) {
            FirstAdministrator.Entry entry = gateway.bean(FirstAdministrator.class)
                    .entry(Optional.empty())
                    .orElseThrow();
            String body = "{\"connection_type\":\"tcp\",\"secret_key\":\"" + entry.secretKey() + "\"}";
            browser.signIn(entry.signInUrl());

            gateway.database.cutOff();
            Answer refused = gateway.post("/api/v1/connections", body);
            Answer readiness = gateway.send(HttpRequest.newBuilder(gateway.opsUri("/actuator/health/readiness")));
            Answer page = browser.open("/account");
            Answer stranger = gateway.get("/sign-in");
            Answer api = browser.open("/api/v1/user/me/teams");
            gateway.database.letIn();

            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.text("message")).contains("database is not reachable");
            assertThat(readiness.status()).isEqualTo(503);
            for (Answer shown : List.of(page, stranger)) {
                assertThat(shown.status()).isEqualTo(503);
                assertThat(shown.body()).contains("database is not reachable").doesNotContain("Exception");
            }
            // where a session is looked up, before any controller
            assertThat(api.status()).isEqualTo(503);
            assertThat(api.text("error")).isEqualTo(api.text("message")).isNotEmpty();
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> gateway.post("/api/v1/connections", body).status() == 200);
            assertThat(browser.open("/account").status()).isEqualTo(200);
        }
    }
}
