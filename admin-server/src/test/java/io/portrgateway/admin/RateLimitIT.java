package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.admin.Gateway.Answer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Limits by key and by address, with the address behind a trusted proxy. */
@Timeout(120)
class RateLimitIT {

    private static final int PER_KEY = 5;
    private static final int PER_ADDRESS = 10;

    private static Gateway gateway;

    @BeforeAll
    static void start() {
        gateway = Gateway.start(
                "PORTR_API_RATE_PER_KEY",
                Integer.toString(PER_KEY),
                "PORTR_API_RATE_PER_ADDRESS",
                Integer.toString(PER_ADDRESS),
                "PORTR_SIGN_IN_RATE_PER_ADDRESS",
                "3",
                "PORTR_TRUSTED_PROXIES",
                "127.0.0.0/8, ::1",
                "PORTR_ADMIN_GITHUB_CLIENT_ID",
                "client",
                "PORTR_ADMIN_GITHUB_CLIENT_SECRET",
                "secret");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static Answer create(String key, String forwardedFor) {
        return gateway.post(
                "/api/v1/connections/",
                "{\"connection_type\":\"tcp\",\"secret_key\":\"" + key + "\"}",
                "X-Forwarded-For",
                forwardedFor);
    }

    @Test
    void limitsCallsPerKeyFromManyAddresses() {
        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < PER_KEY + 1; i++) {
            statuses.add(create("portr_guess", "198.51.100." + i).status());
        }

        assertThat(statuses.subList(0, PER_KEY)).containsOnly(401);
        assertThat(statuses.getLast()).isEqualTo(429);
    }

    @Test
    void limitsCallsPerAddressWithManyKeys() {
        List<Answer> answers = new ArrayList<>();
        for (int i = 0; i < PER_ADDRESS + 1; i++) {
            answers.add(create("portr_address_" + i, "10.9.9.9, 203.0.113.7"));
        }

        assertThat(answers.subList(0, PER_ADDRESS))
                .allSatisfy(answer -> assertThat(answer.status()).isEqualTo(401));
        Answer last = answers.getLast();
        assertThat(last.status()).isEqualTo(429);
        assertThat(Integer.parseInt(last.header("Retry-After").orElseThrow())).isBetween(1, 60);
        assertThat(last.text("message")).isEqualTo(last.text("error")).contains("too many requests");
        assertThat(create("portr_other", "203.0.113.8").status()).isEqualTo(401);
    }

    @Test
    void limitsHowOftenAnAddressStartsToSignInWithGitHub() {
        List<String> targets = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            targets.add(gateway.get("/api/v1/auth/github", "X-Forwarded-For", "192.0.2.77")
                    .header("Location")
                    .orElseThrow());
        }

        assertThat(targets.subList(0, 3))
                .allSatisfy(target -> assertThat(target).startsWith("https://github.com/login/oauth/authorize?"));
        assertThat(targets.getLast()).isEqualTo("/sign-in?code=too-many-attempts");
    }
}
