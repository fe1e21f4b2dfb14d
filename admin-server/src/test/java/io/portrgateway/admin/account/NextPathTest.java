package io.portrgateway.admin.account;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NextPathTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/account",
                "/default-team/overview",
                "/my-team/connections?status=active&q=a%20b&page=2",
                "/account/join?token=00ff"
            })
    void takesOurOwnPages(String path) {
        assertThat(NextPath.of(path)).hasValue(path);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/?code=x",
                "account",
                "//evil.example",
                "///evil.example",
                "/\\evil.example",
                "/\t/evil.example",
                "/\n/evil.example",
                "/a\\b",
                "/%5cevil.example",
                "/a/../../b",
                "/.//evil.example",
                "https://evil.example",
                "javascript:alert(1)",
                "/account?next=//evil.example",
                "/account#x",
                "/account\r\nSet-Cookie: a=b",
                "/sign-in",
                "/sign-in?next=/account",
                "/sign-out",
                "/api/v1/auth/github",
                "/assets/app.css",
                "/\u0000",
                "/ä"
            })
    void refusesEverythingElse(String path) {
        assertThat(NextPath.of(path)).isEmpty();
    }

    @Test
    void refusesNothingAndTooMuch() {
        assertThat(NextPath.of(null)).isEmpty();
        assertThat(NextPath.of("/" + "a".repeat(1000))).isEmpty();
    }
}
