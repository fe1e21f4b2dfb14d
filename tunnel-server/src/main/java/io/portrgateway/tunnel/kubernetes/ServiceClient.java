package io.portrgateway.tunnel.kubernetes;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import io.portrgateway.tunnel.config.KubernetesConfig;
import io.portrgateway.tunnel.metrics.KubernetesMetrics.Result;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The one Service at the Kubernetes API: reads it, and changes its ports. Confined to one thread, which it blocks. */
final class ServiceClient implements AutoCloseable {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);
    /** A Service with the whole pool in it has 5 MB with everything that the API says about it. */
    private static final long LARGEST_ANSWER_BYTES = 16L << 20;

    private static final int LONGEST_REASON = 300;
    private static final String PATCH_TYPE = "application/strategic-merge-patch+json";

    private final KubernetesConfig config;
    private final Account account;
    private final Gson gson = new Gson();
    private byte[] authorities = {};
    private @Nullable HttpClient client;

    /** What the API says when it refuses. */
    private record Status(@Nullable String message) {}

    ServiceClient(KubernetesConfig config) {
        this.config = config;
        this.account = new Account(config.account());
    }

    Service read() throws IOException, InterruptedException {
        return service(send(request("").GET()));
    }

    /**
     * Adds and removes ports of the Service as it was read.
     *
     * @throws ApiException with the result {@code CONFLICT} when it changed since
     */
    void patch(Service read, PortPlan plan) throws IOException, InterruptedException {
        JsonArray ports = new JsonArray();
        plan.add().forEach(port -> ports.add(added(port)));
        plan.remove().forEach(port -> ports.add(removed(port)));
        JsonObject metadata = new JsonObject();
        metadata.addProperty("resourceVersion", read.metadata().resourceVersion());
        JsonObject spec = new JsonObject();
        spec.add("ports", ports);
        JsonObject patch = new JsonObject();
        patch.add("metadata", metadata);
        patch.add("spec", spec);
        send(request("?fieldManager=tunnel-ports")
                .header("Content-Type", PATCH_TYPE)
                .method("PATCH", BodyPublishers.ofString(gson.toJson(patch))));
    }

    private static JsonObject added(int port) {
        JsonObject entry = new JsonObject();
        entry.addProperty("name", PortPlan.nameOf(port));
        entry.addProperty("port", port);
        entry.addProperty("targetPort", port);
        entry.addProperty("protocol", "TCP");
        return entry;
    }

    private static JsonObject removed(int port) {
        JsonObject entry = new JsonObject();
        entry.addProperty("port", port);
        entry.addProperty("$patch", "delete");
        return entry;
    }

    private HttpRequest.Builder request(String query) throws IOException {
        String host = config.apiHost().indexOf(':') < 0 ? config.apiHost() : "[" + config.apiHost() + "]";
        URI uri = URI.create("https://" + host + ":" + config.apiPort() + "/api/v1/namespaces/" + account.namespace()
                + "/services/" + config.service() + query);
        return HttpRequest.newBuilder(uri)
                .timeout(ANSWER_TIMEOUT)
                .header("Accept", "application/json")
                .header("Authorization", "Bearer " + account.token());
    }

    private String send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> answer =
                client().send(request.build(), BodyHandlers.limiting(BodyHandlers.ofString(), LARGEST_ANSWER_BYTES));
        if (answer.statusCode() != 200) {
            throw ApiException.of(answer.statusCode(), reason(answer.body()));
        }
        return answer.body();
    }

    private Service service(String body) throws ApiException {
        @Nullable Service read;
        try {
            read = gson.fromJson(body, Service.class);
        } catch (JsonParseException malformed) {
            throw new ApiException(Result.UNAVAILABLE, "the answer is no Service: " + malformed.getMessage());
        }
        if (read == null || read.metadata() == null || read.spec() == null) {
            throw new ApiException(Result.UNAVAILABLE, "the answer is no Service");
        }
        return read;
    }

    private String reason(String body) {
        String message = null;
        try {
            Status status = gson.fromJson(body, Status.class);
            message = status == null ? null : status.message();
        } catch (JsonParseException notOfTheApi) {
            // a proxy in between, whose page says nothing to us
        }
        if (message == null) {
            return "without a reason";
        }
        String line = message.replaceAll("\\p{Cntrl}", " ");
        return line.length() > LONGEST_REASON ? line.substring(0, LONGEST_REASON) + "…" : line;
    }

    /** The client for the authorities of now: those are renewed like the token. */
    private HttpClient client() throws IOException {
        byte[] now = account.authorities();
        HttpClient present = client;
        if (present != null && Arrays.equals(now, authorities)) {
            return present;
        }
        close();
        HttpClient fresh = HttpClient.newBuilder()
                .sslContext(Account.trusting(now))
                .connectTimeout(CONNECT_TIMEOUT)
                .version(HttpClient.Version.HTTP_1_1)
                .proxy(HttpClient.Builder.NO_PROXY)
                .build();
        authorities = now;
        client = fresh;
        return fresh;
    }

    @Override
    public void close() {
        HttpClient present = client;
        if (present != null) {
            present.shutdownNow();
            client = null;
        }
    }
}
