package io.portrgateway.admin;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A running admin-server on a database of its own, spoken to over real HTTP. */
final class Gateway implements AutoCloseable {

    static final JsonMapper JSON = new JsonMapper();

    final EmbeddedDatabase database;
    final ConfigurableApplicationContext context;
    final Duration startTime;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private Gateway(EmbeddedDatabase database, ConfigurableApplicationContext context, Duration startTime) {
        this.database = database;
        this.context = context;
        this.startTime = startTime;
    }

    static Gateway start(String... settings) {
        return start(EmbeddedDatabase.create(), settings);
    }

    static Gateway start(EmbeddedDatabase database, String... settings) {
        long started = System.nanoTime();
        ConfigurableApplicationContext context = AdminServer.start(environment(database, settings));
        Duration startTime = Duration.ofNanos(System.nanoTime() - started);
        System.out.println("admin-server context started in " + startTime.toMillis() + " ms");
        return new Gateway(database, context, startTime);
    }

    /** Environment variables of a usual local start, then the given names and values. */
    static Map<String, String> environment(EmbeddedDatabase database, String... settings) {
        Map<String, String> environment = new HashMap<>();
        environment.put("PORTR_DB_URL", database.url(EmbeddedDatabase.ADMIN));
        environment.put("PORTR_DB_MIGRATION_URL", database.url(EmbeddedDatabase.OWNER));
        environment.put("PORTR_AUTO_MIGRATE", "true");
        environment.put("PORTR_ADMIN_PORT", "0");
        environment.put("PORTR_ADMIN_OPS_PORT", "0");
        environment.put("PORTR_SERVER_URL", "http://localhost:8000");
        environment.put("PORTR_ADMIN_ENCRYPTION_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
        environment.put("PORTR_ADMIN_BOOTSTRAP_EMAIL", "Admin@localhost");
        for (int i = 0; i < settings.length; i += 2) {
            environment.put(settings[i], settings[i + 1]);
        }
        return environment;
    }

    URI uri(String path) {
        int port = ((WebServerApplicationContext) context).getWebServer().getPort();
        return URI.create("http://127.0.0.1:" + port + path);
    }

    URI opsUri(String path) {
        return URI.create("http://127.0.0.1:" + context.getEnvironment().getProperty("local.management.port") + path);
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    /** SQL with the owner's rights, to arrange and to look. */
    JdbcClient sql() {
        String[] login = {database.url(EmbeddedDatabase.OWNER)};
        String jdbc = "jdbc:postgresql://" + login[0].substring(login[0].indexOf('@') + 1);
        return JdbcClient.create(new DriverManagerDataSource(jdbc, EmbeddedDatabase.OWNER, EmbeddedDatabase.PASSWORD));
    }

    Answer get(String path, String... headers) {
        return send(HttpRequest.newBuilder(uri(path)).GET(), headers);
    }

    Answer post(String path, String body, String... headers) {
        return send(
                HttpRequest.newBuilder(uri(path))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body)),
                headers);
    }

    Answer send(HttpRequest.Builder request, String... headers) {
        if (headers.length > 0) {
            request.headers(headers);
        }
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
        context.close();
    }

    /** An answer with shortcuts for what the tests ask of it. */
    record Answer(HttpResponse<String> response) {

        int status() {
            return response.statusCode();
        }

        String body() {
            return response.body();
        }

        Optional<String> header(String name) {
            return response.headers().firstValue(name);
        }

        List<String> headers(String name) {
            return response.headers().allValues(name);
        }

        JsonNode json() {
            return JSON.readTree(response.body());
        }

        String text(String field) {
            return json().path(field).asString("");
        }
    }
}
