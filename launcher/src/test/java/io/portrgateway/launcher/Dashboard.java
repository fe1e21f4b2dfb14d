package io.portrgateway.launcher;

import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The first administrator's browser: signs in with the link of the start and presses buttons, by what they send. */
final class Dashboard implements AutoCloseable {

    private static final Pattern CSRF = Pattern.compile("name=\"_csrf\" value=\"([^\"]+)\"");

    private final TestGateway gateway;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .cookieHandler(new CookieManager())
            .followRedirects(HttpClient.Redirect.ALWAYS)
            .build();

    private Dashboard(TestGateway gateway) {
        this.gateway = gateway;
    }

    static Dashboard signIn(TestGateway gateway) throws Exception {
        Dashboard dashboard = new Dashboard(gateway);
        URI link = URI.create(gateway.bootstrap().signInUrl());
        String page = link.getRawPath() + "?" + link.getRawQuery();
        dashboard.submit(page, "/sign-in", "token", link.getRawQuery().substring("token=".length()));
        return dashboard;
    }

    /** A page of the first team. */
    String open(String path) throws Exception {
        return send(HttpRequest.newBuilder(uri("/" + gateway.bootstrap().teamSlug() + path))
                        .GET())
                .body();
    }

    /** Presses the button of a form on a page of the first team. */
    void press(String page, String action) throws Exception {
        String team = "/" + gateway.bootstrap().teamSlug();
        submit(team + page, team + action);
    }

    /** A call of the API as the page's script would make it. */
    void delete(String path) throws Exception {
        send(HttpRequest.newBuilder(uri("/api/v1" + path))
                .header("X-Team-Slug", gateway.bootstrap().teamSlug())
                .DELETE());
    }

    /** What the API answers about the first team. */
    String get(String path) throws Exception {
        return send(HttpRequest.newBuilder(uri("/api/v1" + path))
                        .header("X-Team-Slug", gateway.bootstrap().teamSlug())
                        .GET())
                .body();
    }

    /** A call of the API without a body. */
    void post(String path) throws Exception {
        send(HttpRequest.newBuilder(uri("/api/v1" + path))
                .header("X-Team-Slug", gateway.bootstrap().teamSlug())
                .header("Sec-Fetch-Site", "same-origin")
                .POST(BodyPublishers.noBody()));
    }

    private void submit(String page, String action, String... fields) throws Exception {
        Matcher token =
                CSRF.matcher(send(HttpRequest.newBuilder(uri(page)).GET()).body());
        if (!token.find()) {
            throw new IllegalStateException("no form on " + page);
        }
        StringBuilder form = new StringBuilder("_csrf=" + token.group(1));
        for (int i = 0; i < fields.length; i += 2) {
            form.append('&')
                    .append(fields[i])
                    .append('=')
                    .append(URLEncoder.encode(fields[i + 1], StandardCharsets.UTF_8));
        }
        send(HttpRequest.newBuilder(uri(action))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(form.toString())));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        HttpResponse<String> answer =
                http.send(request.timeout(Duration.ofSeconds(20)).build(), BodyHandlers.ofString());
        if (answer.statusCode() >= 400) {
            throw new IOException(answer.statusCode() + " " + answer.body());
        }
        return answer;
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + gateway.ports().admin() + path);
    }

    @Override
    public void close() {
        http.close();
    }
}
