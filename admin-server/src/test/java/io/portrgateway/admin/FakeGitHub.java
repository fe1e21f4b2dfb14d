package io.portrgateway.admin;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.portrgateway.admin.secret.Tokens;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/**
 * GitHub as far as signing in needs it, over real HTTP on loopback, laid out as an Enterprise Server ({@code /api/v3}). It is as
 * strict as the real one: client id and secret, redirect address, PKCE, codes that work once, scopes. Whoever is at the
 * keyboard is {@link #person}; {@link #fail} scripts one failure.
 */
final class FakeGitHub implements AutoCloseable {

    static final String CLIENT_ID = "Iv1.test";
    static final String CLIENT_SECRET = "github-secret-value";

    private static final JsonMapper JSON = new JsonMapper();

    /** What goes wrong, once it is scripted. */
    enum Failure {
        NONE,
        DENIED,
        WRONG_CALLBACK,
        TOKEN_REFUSED,
        TOKEN_ERROR_500,
        TOKEN_STALLS,
        USER_401,
        USER_500,
        USER_NOT_JSON,
        USER_TOO_LARGE,
        USER_BODY_STALLS,
        EMAILS_404,
        EMAILS_500,
        ORGANIZATIONS_403
    }

    /** Somebody with an account. */
    static final class Person {
        long id;
        String login;
        String publicEmail;
        final List<Map<String, Object>> emails = new ArrayList<>();
        final List<String> organizations = new ArrayList<>();
        final Map<String, String> teams = new HashMap<>();
        final List<String> keys = new ArrayList<>();

        Person email(String address, boolean verified, boolean primary) {
            emails.add(Map.of("email", address, "verified", verified, "primary", primary, "visibility", "private"));
            return this;
        }

        Person shows(String address) {
            publicEmail = address;
            return this;
        }

        Person in(String... names) {
            organizations.addAll(List.of(names));
            return this;
        }

        Person inTeam(String team, String state) {
            teams.put(team, state);
            return this;
        }
    }

    private record Code(Person person, String redirectUri, String challenge, String scope) {}

    private record Token(Person person, String scope) {}

    private final HttpServer server;
    private final Map<Long, Person> people = new ConcurrentHashMap<>();
    private final Map<String, Code> codes = new ConcurrentHashMap<>();
    private final Map<String, Token> tokens = new ConcurrentHashMap<>();
    private final CountDownLatch over = new CountDownLatch(1);

    /** Every request, as method and path, in order. */
    final List<String> requests = new CopyOnWriteArrayList<>();

    /** The codes and tokens ever given out, to look for in logs. */
    final List<String> secrets = new CopyOnWriteArrayList<>();

    volatile Person person;
    volatile Failure failure = Failure.NONE;
    volatile String lastScope = "";

    FakeGitHub() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Settings of an admin-server that signs in here. */
    String[] settings(String... more) {
        List<String> all = new ArrayList<>(List.of(
                "PORTR_ADMIN_GITHUB_CLIENT_ID",
                CLIENT_ID,
                "PORTR_ADMIN_GITHUB_CLIENT_SECRET",
                CLIENT_SECRET,
                "PORTR_ADMIN_GITHUB_URL",
                url(),
                "PORTR_ADMIN_GITHUB_TIMEOUT",
                "500ms",
                "PORTR_SIGN_IN_RATE_PER_ADDRESS",
                "0"));
        all.addAll(Arrays.asList(more));
        return all.toArray(String[]::new);
    }

    /** A new account, whose owner sits at the keyboard from now on. */
    Person arrives(String login) {
        Person made = new Person();
        made.id = 1000 + people.size();
        made.login = login;
        people.put(made.id, made);
        person = made;
        failure = Failure.NONE;
        return made;
    }

    /** The next sign-in of whoever sits there goes wrong like this. */
    FakeGitHub fail(Failure how) {
        failure = how;
        return this;
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            requests.add(exchange.getRequestMethod() + " " + path);
            switch (path) {
                case "/login/oauth/authorize" -> authorize(exchange);
                case "/login/oauth/access_token" -> token(exchange);
                case "/api/v3/user" -> user(exchange);
                case "/api/v3/user/emails" -> emails(exchange);
                case "/api/v3/user/orgs" -> organizations(exchange);
                default -> other(exchange, path.split("/"));
            }
        }
    }

    private void authorize(HttpExchange exchange) throws IOException {
        Map<String, String> query = fields(exchange.getRequestURI().getRawQuery());
        lastScope = query.getOrDefault("scope", "");
        String redirect = query.getOrDefault("redirect_uri", "");
        boolean right = CLIENT_ID.equals(query.get("client_id"))
                && "code".equals(query.get("response_type"))
                && "S256".equals(query.get("code_challenge_method"))
                && redirect.endsWith("/api/v1/auth/github/callback")
                && query.getOrDefault("state", "").length() >= 32;
        if (!right) {
            answer(exchange, 404, "text/plain", "not a sign-in that GitHub would show: " + query);
            return;
        }
        String state = "&state=" + URLEncoder.encode(query.get("state"), StandardCharsets.UTF_8);
        switch (failure) {
            case DENIED ->
                redirect(exchange, redirect + "?error=access_denied&error_description=The+user+denied+it" + state);
            case WRONG_CALLBACK -> redirect(exchange, redirect + "?error=redirect_uri_mismatch" + state);
            default -> {
                String code = secret();
                codes.put(code, new Code(person, redirect, query.get("code_challenge"), lastScope));
                redirect(exchange, redirect + "?code=" + code + state);
            }
        }
    }

    private void token(HttpExchange exchange) throws IOException {
        Map<String, String> form = fields(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        switch (failure) {
            case TOKEN_REFUSED -> {
                json(exchange, 200, Map.of("error", "incorrect_client_credentials", "error_description", "no"));
                return;
            }
            case TOKEN_ERROR_500 -> {
                answer(exchange, 500, "text/html", "<h1>Unicorn</h1>");
                return;
            }
            case TOKEN_STALLS -> {
                stall();
                return;
            }
            default -> {}
        }
        Optional<Code> code = Optional.ofNullable(codes.remove(form.getOrDefault("code", "")));
        boolean right = "POST".equals(exchange.getRequestMethod())
                && CLIENT_ID.equals(form.get("client_id"))
                && CLIENT_SECRET.equals(form.get("client_secret"))
                && "authorization_code".equals(form.get("grant_type"));
        boolean same = code.filter(known -> known.redirectUri().equals(form.get("redirect_uri"))
                        && known.challenge().equals(challenge(form.getOrDefault("code_verifier", ""))))
                .isPresent();
        if (!right || !same) {
            // as the real one: by a 200
            json(exchange, 200, Map.of("error", right ? "bad_verification_code" : "incorrect_client_credentials"));
            return;
        }
        String token = secret();
        tokens.put(token, new Token(code.get().person(), code.get().scope()));
        json(
                exchange,
                200,
                Map.of(
                        "access_token",
                        token,
                        "token_type",
                        "bearer",
                        "scope",
                        code.get().scope()));
    }

    private void user(HttpExchange exchange) throws IOException {
        Optional<Token> token = token(exchange, "");
        switch (failure) {
            case USER_401 -> json(exchange, 401, Map.of("message", "Bad credentials"));
            case USER_500 -> answer(exchange, 502, "text/html", "<h1>Unicorn</h1>");
            case USER_NOT_JSON -> answer(exchange, 200, "text/html", "<h1>Maintenance</h1>");
            case USER_TOO_LARGE -> answer(exchange, 200, "application/json", "\"" + "x".repeat(3 << 20) + "\"");
            case USER_BODY_STALLS -> {
                exchange.sendResponseHeaders(200, 1000);
                exchange.getResponseBody().write('{');
                exchange.getResponseBody().flush();
                stall();
            }
            default -> {
                if (token.isEmpty()) {
                    json(exchange, 401, Map.of("message", "Bad credentials"));
                } else {
                    json(exchange, 200, profile(token.get().person()));
                }
            }
        }
    }

    private void emails(HttpExchange exchange) throws IOException {
        Optional<Token> token = token(exchange, "user:email");
        switch (failure) {
            case EMAILS_404 -> json(exchange, 404, Map.of("message", "Not Found"));
            case EMAILS_500 -> answer(exchange, 503, "text/html", "<h1>Unicorn</h1>");
            default ->
                json(
                        exchange,
                        token.isPresent() ? 200 : 404,
                        token.map(known -> (Object) known.person().emails).orElse(Map.of()));
        }
    }

    private void organizations(HttpExchange exchange) throws IOException {
        Optional<Token> token = token(exchange, "read:org");
        if (token.isEmpty() || failure == Failure.ORGANIZATIONS_403) {
            json(exchange, 403, Map.of("message", "You need at least read:org scope"));
            return;
        }
        Map<String, String> query = fields(exchange.getRequestURI().getRawQuery());
        int size = Integer.parseInt(query.getOrDefault("per_page", "30"));
        int page = Integer.parseInt(query.getOrDefault("page", "1"));
        json(
                exchange,
                200,
                token.get().person().organizations.stream()
                        .skip((long) (page - 1) * size)
                        .limit(size)
                        .map(name -> Map.of("login", name))
                        .toList());
    }

    /** Membership in a team, a public profile by number, public keys. */
    private void other(HttpExchange exchange, String[] path) throws IOException {
        Optional<Object> found = Optional.empty();
        if (path.length == 9 && path[3].equals("orgs") && path[5].equals("teams")) {
            found = token(exchange, "read:org")
                    .filter(known -> known.person().login.equals(path[8]))
                    .map(known -> known.person().teams.get(path[4] + "/" + path[6]))
                    .map(state -> Map.of("state", state, "role", "member"));
        } else if (path.length == 5 && path[3].equals("user") && isApp(exchange)) {
            found = Optional.ofNullable(people.get(Long.parseLong(path[4]))).map(FakeGitHub::profile);
        } else if (path.length == 6 && path[3].equals("users") && path[5].equals("keys") && isApp(exchange)) {
            found = people.values().stream()
                    .filter(one -> one.login.equals(path[4]))
                    .findFirst()
                    .map(one ->
                            one.keys.stream().map(line -> Map.of("key", line)).toList());
        }
        json(exchange, found.isPresent() ? 200 : 404, found.orElse(Map.of("message", "Not Found")));
    }

    private static Map<String, Object> profile(Person person) {
        Map<String, Object> profile = new LinkedHashMap<>();
        profile.put("id", person.id);
        profile.put("login", person.login);
        profile.put("avatar_url", "https://avatars.example/" + person.id);
        profile.put("email", person.publicEmail);
        return profile;
    }

    private Optional<Token> token(HttpExchange exchange, String scope) {
        String header = Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"))
                .orElse("");
        return Optional.ofNullable(tokens.get(header.replaceFirst("^Bearer ", "")))
                .filter(token ->
                        scope.isEmpty() || List.of(token.scope().split("[ ,]")).contains(scope));
    }

    private static boolean isApp(HttpExchange exchange) {
        String expected =
                Base64.getEncoder().encodeToString((CLIENT_ID + ":" + CLIENT_SECRET).getBytes(StandardCharsets.UTF_8));
        return ("Basic " + expected).equals(exchange.getRequestHeaders().getFirst("Authorization"));
    }

    private String secret() {
        String value = Tokens.randomHex(20);
        secrets.add(value);
        return value;
    }

    private static String challenge(String verifier) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Tokens.sha256(verifier));
    }

    /** Until the test is over, or the client gives up. */
    private void stall() {
        try {
            over.await();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private static Map<String, String> fields(String encoded) {
        return encoded == null || encoded.isEmpty()
                ? Map.of()
                : Arrays.stream(encoded.split("&"))
                        .map(pair -> pair.split("=", 2))
                        .collect(Collectors.toMap(
                                pair -> decode(pair[0]), pair -> pair.length == 2 ? decode(pair[1]) : "", (a, b) -> b));
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private static void redirect(HttpExchange exchange, String target) throws IOException {
        exchange.getResponseHeaders().set("Location", URI.create(target).toString());
        exchange.sendResponseHeaders(302, -1);
    }

    private static void json(HttpExchange exchange, int status, Object body) throws IOException {
        answer(exchange, status, "application/json; charset=utf-8", JSON.writeValueAsString(body));
    }

    private static void answer(HttpExchange exchange, int status, String type, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, bytes.length);
        try (OutputStream stream = exchange.getResponseBody()) {
            stream.write(bytes);
        }
    }

    @Override
    public void close() {
        over.countDown();
        server.stop(0);
    }
}
