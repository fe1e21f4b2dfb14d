package io.portrgateway.admin.github;

import io.portrgateway.admin.settings.GitHubSettings;
import java.net.http.HttpClient;
import java.util.function.Consumer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/**
 * GitHub over HTTP: a time limit on every answer, a limit on its size, no redirects followed, so that a token goes nowhere but
 * to the configured address. Thread-safe.
 */
final class GitHubApi {

    static final int MAX_ANSWER_BYTES = 1 << 20;

    private static final JsonMapper JSON = new JsonMapper();

    private final RestClient client;
    private final GitHubSettings settings;

    GitHubApi(GitHubSettings settings) {
        this.settings = settings;
        this.client = client(settings).build();
    }

    /** A client with the limits; also for the exchange of the code. */
    static RestClient.Builder client(GitHubSettings settings) {
        HttpClient http = HttpClient.newBuilder()
                .connectTimeout(settings.timeout())
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
        JdkClientHttpRequestFactory requests = new JdkClientHttpRequestFactory(http);
        requests.setReadTimeout(settings.timeout());
        return RestClient.builder()
                .requestFactory(requests)
                .requestInterceptor((request, body, execution) ->
                        new BoundedAnswer(execution.execute(request, body), MAX_ANSWER_BYTES));
    }

    /** An answer: its status, and its JSON where it was one. */
    record Answer(HttpStatusCode status, JsonNode body) {

        boolean isOk() {
            return status.is2xxSuccessful() && !body.isMissingNode();
        }
    }

    /** Asks in the name of whoever gave this token. */
    Answer asUser(String token, String path, Object... variables) {
        return get(headers -> headers.setBearerAuth(token), path, variables);
    }

    /** Asks for what is public, as the OAuth app: that is limited less than asking as nobody. */
    Answer asApp(String path, Object... variables) {
        return get(
                headers -> headers.setBasicAuth(
                        settings.clientId(), settings.clientSecret().reveal()),
                path,
                variables);
    }

    private Answer get(Consumer<HttpHeaders> credentials, String path, Object... variables) {
        try {
            Answer answer = client.get()
                    .uri(settings.api() + path, variables)
                    .headers(credentials)
                    .header(HttpHeaders.ACCEPT, "application/vnd.github+json")
                    .header(HttpHeaders.USER_AGENT, "portr-gateway")
                    .exchange((request, response) -> new Answer(
                            response.getStatusCode(), json(response.getBody().readAllBytes())));
            if (answer.status().is5xxServerError() || answer.status().value() == 429) {
                throw GitHubFailure.UNREACHABLE.exception();
            }
            return answer;
        } catch (RestClientException unreachable) {
            throw GitHubFailure.UNREACHABLE.exception();
        }
    }

    private static JsonNode json(byte[] body) {
        try {
            return JSON.readTree(body);
        } catch (JacksonException notJson) {
            return MissingNode.getInstance();
        }
    }
}
