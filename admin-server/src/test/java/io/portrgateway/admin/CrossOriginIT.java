package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.admin.Gateway.Answer;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which pages may call the API from a browser. */
@Timeout(60)
class CrossOriginIT {

    private static final String OWN = "https://portr.example.com";

    private static Gateway gateway;

    @BeforeAll
    static void start() {
        gateway = Gateway.start("PORTR_SERVER_URL", OWN);
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static Answer preflight(String path, String origin) {
        return gateway.send(
                HttpRequest.newBuilder(gateway.uri(path)).method("OPTIONS", BodyPublishers.noBody()),
                "Origin",
                origin,
                "Access-Control-Request-Method",
                "PUT",
                "Access-Control-Request-Headers",
                "content-type, x-team-slug");
    }

    @Test
    void allowsTheOwnOriginWithCredentials() {
        Answer answer = preflight("/API/v1/config/template/", OWN);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Access-Control-Allow-Origin")).contains(OWN);
        assertThat(answer.header("Access-Control-Allow-Credentials")).contains("true");
        assertThat(answer.header("Access-Control-Allow-Methods").orElse("")).contains("PATCH", "PUT", "DELETE");
        assertThat(answer.header("Access-Control-Allow-Headers").orElse("").toLowerCase(Locale.ROOT))
                .contains("x-team-slug");
        assertThat(gateway.get("/api/v1/version", "Origin", OWN).header("Access-Control-Allow-Origin"))
                .contains(OWN);
    }

    @Test
    void refusesEveryOtherOriginInJson() {
        for (String origin : new String[] {"https://evil.example.com", "https://a.portr.example.com", "null"}) {
            assertThat(preflight("/api/v1/config/template", origin).status()).isEqualTo(403);
            Answer answer = gateway.get("/api/v1/version", "Origin", origin);
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.text("error")).isEqualTo(answer.text("message")).isNotBlank();
            assertThat(answer.header("Access-Control-Allow-Origin")).isEmpty();
        }
    }

    @Test
    void doesNotConcernClientsThatSendNoOrigin() {
        assertThat(gateway.get("/api/v1/version").status()).isEqualTo(200);
    }
}
