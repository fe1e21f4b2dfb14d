package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.admin.Gateway.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A browser that signs in with GitHub step by step, and may take each step to another replica: it follows nothing by itself. */
final class GitHubVisitor implements AutoCloseable {

    static final String START = "/api/v1/auth/github";

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .cookieHandler(new CookieManager())
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();

    /** All of it on one replica; the answer is the one to the callback. */
    Answer signIn(Gateway gateway) {
        return open(gateway, allow(start(gateway, "/")));
    }

    /** The same, and where the sign-in failed: its code. */
    String refusal(Gateway gateway) {
        return code(signIn(gateway));
    }

    /** Begins; the answer leads to GitHub. */
    Answer start(Gateway gateway, String next) {
        Answer answer = open(gateway, START + "?next=" + URLEncoder.encode(next, StandardCharsets.UTF_8));
        assertThat(answer.status()).as(answer.body()).isEqualTo(302);
        return answer;
    }

    /** What GitHub's page does once the person there decided: the callback's path and query. */
    String allow(Answer start) {
        Answer answer = get(URI.create(start.header("Location").orElseThrow()));
        assertThat(answer.status()).as(answer.body()).isEqualTo(302);
        URI callback = URI.create(answer.header("Location").orElseThrow());
        return callback.getRawPath() + "?" + callback.getRawQuery();
    }

    Answer open(Gateway gateway, String path) {
        return get(gateway.uri(path));
    }

    /** Presses a button of a page that is a form without fields. */
    Answer press(Gateway gateway, String page, String action) {
        String token = Browser.csrf(open(gateway, page));
        return send(HttpRequest.newBuilder(gateway.uri(action))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "_csrf=" + URLEncoder.encode(token, StandardCharsets.UTF_8))));
    }

    /** The code with which a failed sign-in leads to the sign-in page. */
    static String code(Answer callback) {
        String location = callback.header("Location").orElse("");
        assertThat(callback.status()).isEqualTo(302);
        assertThat(location).startsWith("/sign-in?code=");
        return location.substring("/sign-in?code=".length());
    }

    private Answer get(URI uri) {
        return send(HttpRequest.newBuilder(uri).GET());
    }

    private Answer send(HttpRequest.Builder request) {
        try {
            return new Answer(http.send(request.timeout(Duration.ofSeconds(20)).build(), BodyHandlers.ofString()));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
