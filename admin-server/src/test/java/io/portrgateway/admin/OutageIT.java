package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.portrgateway.admin.Gateway.Answer;
import io.portrgateway.admin.team.FirstAdministrator;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** While the database is away: clear answers; afterwards: all by itself as before. */
@Timeout(120)
class OutageIT {

    @Test
    void answersClearlyWhileTheDatabaseIsAwayAndRecovers() {
        try (Gateway gateway = Gateway.start()) {
            FirstAdministrator.Entry entry = gateway.bean(FirstAdministrator.class)
                    .entry(Optional.empty())
                    .orElseThrow();
            String body = "{\"connection_type\":\"tcp\",\"secret_key\":\"" + entry.secretKey() + "\"}";

            gateway.database.cutOff();
            Answer refused = gateway.post("/api/v1/connections", body);
            Answer readiness = gateway.send(HttpRequest.newBuilder(gateway.opsUri("/actuator/health/readiness")));
            try (Browser browser = new Browser(gateway)) {
                Answer page = browser.signIn(entry.signInUrl());
                assertThat(page.status()).isEqualTo(503);
                assertThat(page.body()).contains("database is not reachable").doesNotContain("Exception");
            }
            gateway.database.letIn();

            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.text("message")).contains("database is not reachable");
            assertThat(readiness.status()).isEqualTo(503);
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> gateway.post("/api/v1/connections", body).status() == 200);
        }
    }
}
