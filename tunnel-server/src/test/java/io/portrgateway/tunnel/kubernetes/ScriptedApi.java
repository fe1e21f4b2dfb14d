package io.portrgateway.tunnel.kubernetes;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.portrgateway.tunnel.http.TestCertificate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * One Service behind TLS on the loopback address, with the rules of the Kubernetes API that matter here: bearer tokens,
 * resource versions, strategic merge of ports by their number. The account directory is what a pod would find mounted.
 * Thread-safe.
 */
public final class ScriptedApi implements AutoCloseable {

    public static final String SERVICE = "portr-tunnel";
    private static final String PATH = "/api/v1/namespaces/gateway/services/" + SERVICE;

    private final Path account;
    private final TreeMap<Integer, JsonObject> ports = new TreeMap<>();
    private final List<List<Integer>> patches = new ArrayList<>();
    private final List<String> wrong = new ArrayList<>();
    private String token = "first-token";
    private int version = 1;
    private int refusal;
    private final Set<Integer> badPorts = new HashSet<>();
    private int requestCount;
    private int conflictCount;
    private int rivalCount;
    private HttpsServer server;

    public ScriptedApi(Path account) throws Exception {
        this.account = account;
        TestCertificate certificate = TestCertificate.write(account, "api", "localhost");
        Files.copy(certificate.chain(), account.resolve("ca.crt"));
        Files.writeString(account.resolve("namespace"), "gateway");
        Files.writeString(account.resolve("token"), token + "\n");
        add("ssh", 2222, "TCP");
        start(certificate, 0);
    }

    private void start(TestCertificate certificate, int port) throws Exception {
        String pem = Files.readString(certificate.key()).replaceAll("-----[A-Z ]+-----", "");
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
                "api",
                KeyFactory.getInstance("EC")
                        .generatePrivate(
                                new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem))),
                new char[0],
                new Certificate[] {certificate.certificate()});
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.createContext("/", this::handle);
        server.start();
    }

    public int port() {
        return server.getAddress().getPort();
    }

    /** Stops listening. */
    void goDown() {
        server.stop(0);
    }

    /** Listens again on the same port, with a new certificate that the account directory has as well. */
    void comeBack() throws Exception {
        int port = port();
        TestCertificate renewed = TestCertificate.write(account, "api", "localhost");
        Files.writeString(account.resolve("ca.crt"), Files.readString(renewed.chain()));
        start(renewed, port);
    }

    /** Takes no other token from now on; the mounted one is renewed when told. */
    synchronized void changeToken(String fresh) {
        token = fresh;
    }

    void mountToken(String fresh) throws IOException {
        Files.writeString(account.resolve("token"), fresh);
    }

    /** Answers every request with this status; 0 ends it. */
    public synchronized void refuse(int status) {
        refusal = status;
    }

    /** Does not take a change with this port in it. */
    synchronized void dislike(int port) {
        badPorts.add(port);
    }

    /** Takes it again. */
    synchronized void like(int port) {
        badPorts.remove(port);
    }

    /** Lets somebody else change the Service between the next so many readings and their patches. */
    synchronized void rival(int count) {
        rivalCount = count;
    }

    synchronized void add(String name, int port, String protocol) {
        JsonObject entry = new JsonObject();
        entry.addProperty("name", name);
        entry.addProperty("port", port);
        entry.addProperty("targetPort", port);
        entry.addProperty("protocol", protocol);
        ports.put(port, entry);
        version++;
    }

    synchronized void remove(int port) {
        ports.remove(port);
        version++;
    }

    public synchronized List<Integer> ports() {
        return List.copyOf(ports.keySet());
    }

    synchronized String entry(int port) {
        return String.valueOf(ports.get(port));
    }

    /** The ports named in each patch that was taken. */
    synchronized List<List<Integer>> patches() {
        return List.copyOf(patches);
    }

    synchronized int requestCount() {
        return requestCount;
    }

    synchronized int conflictCount() {
        return conflictCount;
    }

    /** Requests that the real API would not understand as they are meant. */
    synchronized List<String> wrong() {
        return List.copyOf(wrong);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            Answer answer = answer(exchange, new String(body, StandardCharsets.UTF_8));
            byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(answer.status(), bytes.length);
            exchange.getResponseBody().write(bytes);
        } catch (UncheckedIOException gone) {
            throw gone.getCause();
        }
    }

    private record Answer(int status, String body) {}

    private synchronized Answer answer(HttpExchange exchange, String body) {
        requestCount++;
        if (!("Bearer " + token).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            return status(401, "Unauthorized");
        }
        if (refusal != 0) {
            return status(refusal, "services \\\"portr-tunnel\\\" is refused");
        }
        String method = exchange.getRequestMethod();
        if (!exchange.getRequestURI().getPath().equals(PATH)) {
            wrong.add(method + " " + exchange.getRequestURI());
            return status(404, "not found");
        }
        if (method.equals("GET")) {
            String read = service().toString();
            if (rivalCount > 0) {
                rivalCount--;
                version++;
            }
            return new Answer(200, read);
        }
        if (!method.equals("PATCH")
                || !"fieldManager=tunnel-ports".equals(exchange.getRequestURI().getQuery())
                || !"application/strategic-merge-patch+json"
                        .equals(exchange.getRequestHeaders().getFirst("Content-Type"))) {
            wrong.add(method + " " + exchange.getRequestURI());
            return status(415, "unsupported");
        }
        return patch(JsonParser.parseString(body).getAsJsonObject());
    }

    private Answer patch(JsonObject patch) {
        if (!patch.getAsJsonObject("metadata")
                .get("resourceVersion")
                .getAsString()
                .equals("" + version)) {
            conflictCount++;
            return status(409, "the object has been modified");
        }
        for (JsonElement element : patch.getAsJsonObject("spec").getAsJsonArray("ports")) {
            JsonObject entry = element.getAsJsonObject();
            if (!entry.has("$patch") && badPorts.contains(entry.get("port").getAsInt())) {
                return status(422, "Service is invalid: spec.ports: " + entry.get("port") + " is not allowed");
            }
        }
        List<Integer> named = new ArrayList<>();
        for (JsonElement element : patch.getAsJsonObject("spec").getAsJsonArray("ports")) {
            JsonObject entry = element.getAsJsonObject();
            int port = entry.get("port").getAsInt();
            named.add(port);
            if (entry.has("$patch")) {
                ports.remove(port);
            } else {
                ports.put(port, entry);
            }
        }
        patches.add(named);
        version++;
        return new Answer(200, service().toString());
    }

    private JsonObject service() {
        JsonObject metadata = new JsonObject();
        metadata.addProperty("name", SERVICE);
        metadata.addProperty("resourceVersion", "" + version);
        JsonArray list = new JsonArray();
        ports.values().forEach(list::add);
        JsonObject spec = new JsonObject();
        spec.addProperty("type", "LoadBalancer");
        spec.add("ports", list);
        JsonObject service = new JsonObject();
        service.addProperty("kind", "Service");
        service.add("metadata", metadata);
        service.add("spec", spec);
        return service;
    }

    private static Answer status(int code, String message) {
        return new Answer(code, "{\"kind\":\"Status\",\"code\":" + code + ",\"message\":\"" + message + "\"}");
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
