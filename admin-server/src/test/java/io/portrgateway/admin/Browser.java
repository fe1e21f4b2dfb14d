package io.portrgateway.admin;

import io.portrgateway.admin.team.FirstAdministrator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.CookieManager;
import java.net.HttpCookie;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What a person's browser does, as far as the server can tell: cookies, redirects, forms with their hidden token. */
final class Browser implements AutoCloseable {

    private static final Pattern CSRF = Pattern.compile("name=\"_csrf\" value=\"([^\"]+)\"");

    private final Gateway gateway;
    private final CookieManager cookies = new CookieManager();
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .cookieHandler(cookies)
            .followRedirects(HttpClient.Redirect.ALWAYS)
            .build();

    Browser(Gateway gateway) {
        this.gateway = gateway;
    }

    Gateway.Answer open(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(gateway.uri(path)).GET();
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request);
    }

    /** Any call with a body, as a script of the page makes it. */
    Gateway.Answer send(String method, String path, String contentType, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(gateway.uri(path))
                .header("Content-Type", contentType)
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request);
    }

    /** Posts a form with the CSRF token of the page it stands on; fields are names and values in turn. */
    Gateway.Answer submit(Gateway.Answer page, String action, String... fields) {
        String token = csrf(page);
        return post(action, new String[0], concat(new String[] {"_csrf", token}, fields));
    }

    Gateway.Answer post(String action, String[] headers, String... fields) {
        String form = IntStream.range(0, fields.length / 2)
                .mapToObj(i -> encode(fields[2 * i]) + "=" + encode(fields[2 * i + 1]))
                .collect(Collectors.joining("&"));
        HttpRequest.Builder request = HttpRequest.newBuilder(gateway.uri(action))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request);
    }

    /** Signs in with a fresh link and answers the page landed on. */
    Gateway.Answer signIn(String link) {
        URI uri = URI.create(link);
        Gateway.Answer page = open(uri.getPath() + "?" + uri.getQuery());
        return submit(page, "/sign-in", "token", uri.getQuery().substring("token=".length()));
    }

    /** A browser with a session of this user, who must exist. */
    static Browser signedIn(Gateway gateway, String email) {
        Browser browser = new Browser(gateway);
        browser.signIn(gateway.bean(FirstAdministrator.class)
                .entry(Optional.of(email))
                .orElseThrow()
                .signInUrl());
        return browser;
    }

    /** A call of the API in a team, with a JSON body or none. */
    Gateway.Answer api(String method, String path, String team, String body) {
        return send(method, "/api/v1" + path, "application/json", body, "X-Team-Slug", team);
    }

    static String csrf(Gateway.Answer page) {
        Matcher matcher = CSRF.matcher(page.body());
        if (!matcher.find()) {
            throw new AssertionError("no CSRF token in: " + page.body());
        }
        return matcher.group(1);
    }

    List<HttpCookie> cookies() {
        return cookies.getCookieStore().getCookies();
    }

    private Gateway.Answer send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response =
                    http.send(request.timeout(Duration.ofSeconds(20)).build(), BodyHandlers.ofString());
            return new Gateway.Answer(response);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }

    private static String[] concat(String[] first, String[] second) {
        String[] all = new String[first.length + second.length];
        System.arraycopy(first, 0, all, 0, first.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        http.close();
    }
}
