package io.portrgateway.admin.detail;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.admin.exchange.Exchange;
import io.portrgateway.admin.exchange.HeaderField;
import io.portrgateway.admin.exchange.StoredBody;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The copied commands, run by a real bash with a real curl: what arrives is what was recorded. */
@Timeout(60)
class CopyAsTest {

    @TempDir
    private Path folder;

    private record Arrived(String line, List<String> fields, byte[] body) {

        /** The fields as one list of names and values, but those that belong to the connection. */
        List<String> own() {
            return fields.stream()
                    .filter(field -> !field.toLowerCase(java.util.Locale.ROOT)
                            .matches("(host|content-length|transfer-encoding|connection):.*"))
                    .toList();
        }
    }

    private static Exchange exchange(int port, String method, String target, long bytes, String... fields) {
        List<HeaderField> headers = new ArrayList<>();
        for (int i = 0; i < fields.length; i += 2) {
            headers.add(new HeaderField(fields[i], fields[i + 1]));
        }
        return new Exchange(
                1,
                "01M82WYS179B28WABQ90T0GRE6",
                Instant.EPOCH,
                1,
                1,
                "c",
                null,
                "n",
                "shop",
                "127.0.0.1:" + port,
                "192.0.2.1",
                "http",
                "1.1",
                null,
                method,
                target,
                200,
                "completed",
                headers,
                List.of(),
                List.of(),
                List.of(),
                bytes,
                0,
                null,
                null,
                null,
                0,
                null,
                null,
                null);
    }

    private static Optional<StoredBody> stored(byte[] body) {
        return body.length == 0 ? Optional.empty() : Optional.of(new StoredBody(body, body.length, false));
    }

    /** Runs the copied curl command and answers what came of it at the other end. */
    private Arrived sentByCurl(String method, String target, byte[] body, String... fields)
            throws IOException, InterruptedException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Arrived> arrived = CompletableFuture.supplyAsync(() -> accept(server));
            Exchange exchange = exchange(server.getLocalPort(), method, target, body.length, fields);
            String command = CopyAs.of(exchange, stored(body)).curl();
            if (command.contains("--data-binary @")) {
                Files.write(folder.resolve(exchange.id() + "-request.bin"), body);
            }
            Path script = Files.writeString(folder.resolve("command.sh"), command + " --silent --max-time 20\n", UTF_8);
            ProcessBuilder bash = new ProcessBuilder("bash", "--noprofile", "--norc", script.toString())
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("said").toFile());
            bash.environment().put("LC_ALL", "C.UTF-8");
            bash.environment().put("HOME", folder.toString());
            bash.environment()
                    .keySet()
                    .removeIf(name -> name.toLowerCase(java.util.Locale.ROOT).endsWith("_proxy"));
            Process process = bash.start();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue())
                    .as(command + "\n" + Files.readString(folder.resolve("said"), ISO_8859_1))
                    .isZero();
            return arrived.join();
        }
    }

    private static Arrived accept(ServerSocket server) {
        try (Socket socket = server.accept()) {
            InputStream in = socket.getInputStream();
            String head = head(in);
            List<String> lines = List.of(head.split("\r\n"));
            int length = lines.stream()
                    .filter(line -> line.toLowerCase(java.util.Locale.ROOT).startsWith("content-length:"))
                    .map(line -> Integer.parseInt(line.substring(15).strip()))
                    .findFirst()
                    .orElse(0);
            byte[] body = in.readNBytes(length);
            socket.getOutputStream().write("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n".getBytes(UTF_8));
            return new Arrived(lines.getFirst(), lines.subList(1, lines.size()), body);
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                throw new IOException("ended in: " + head.toString(ISO_8859_1));
            }
            head.write(b);
        }
        return head.toString(ISO_8859_1);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    @Test
    void sendsWhatAShellCouldTakeForItsOwn() throws IOException, InterruptedException {
        String hostile = "it's $HOME `id` $(id) \\ \"quoted\" !history *glob* ~ #not a comment; & | > < \\n %s";

        Arrived arrived = sentByCurl(
                "POST",
                "/a?b='$(touch${IFS}x)'&c=`id`&d=\"&e=;|&f={1,2}[3-4]&g=\\",
                bytes(hostile + "\nsecond line\r\n\ttab'"),
                "User-Agent",
                "me'; touch x; '",
                "Content-Type",
                "text/plain",
                "X-Hostile",
                hostile,
                "X-Twice",
                "1",
                "x-twice",
                "2",
                "X-Empty",
                "",
                "X-Utf8",
                new String("Zürich ✓".getBytes(UTF_8), ISO_8859_1),
                "X-Bytes",
                "\u00e9\u00ff\u0001 \u007f",
                "Accept",
                "*/*");

        assertThat(arrived.line()).isEqualTo("POST /a?b='$(touch${IFS}x)'&c=`id`&d=\"&e=;|&f={1,2}[3-4]&g=\\ HTTP/1.1");
        assertThat(arrived.own())
                .containsExactly(
                        "User-Agent: me'; touch x; '",
                        "Content-Type: text/plain",
                        "X-Hostile: " + hostile,
                        "X-Twice: 1",
                        "x-twice: 2",
                        "X-Empty:",
                        "X-Utf8: " + new String("Zürich ✓".getBytes(UTF_8), ISO_8859_1),
                        "X-Bytes: \u00e9\u00ff\u0001 \u007f",
                        "Accept: */*");
        assertThat(arrived.body()).isEqualTo(bytes(hostile + "\nsecond line\r\n\ttab'"));
        assertThat(folder.resolve("x")).doesNotExist();
    }

    @Test
    void sendsEveryByteInABody() throws IOException, InterruptedException {
        byte[] withoutZero = new byte[255];
        IntStream.range(0, 255).forEach(i -> withoutZero[i] = (byte) (i + 1));
        assertThat(sentByCurl("PUT", "/", withoutZero).body()).isEqualTo(withoutZero);

        byte[] withZero = new byte[256];
        IntStream.range(0, 256).forEach(i -> withZero[i] = (byte) i);
        assertThat(sentByCurl("PUT", "/", withZero).body()).isEqualTo(withZero);

        assertThat(sentByCurl("POST", "/", bytes("@/etc/passwd")).body()).isEqualTo(bytes("@/etc/passwd"));
        assertThat(sentByCurl("POST", "/", bytes("bidi \u202e and \ufeff mark\u2028"))
                        .body())
                .isEqualTo(bytes("bidi \u202e and \ufeff mark\u2028"));

        byte[] large = new byte[2_000_000];
        new java.util.Random(1).nextBytes(large);
        assertThat(sentByCurl("POST", "/", large).body()).isEqualTo(large);
    }

    @Test
    void sendsOddMethodsAndTargets() throws IOException, InterruptedException {
        assertThat(sentByCurl("GET", "/", new byte[0]).line()).isEqualTo("GET / HTTP/1.1");
        assertThat(sentByCurl("HEAD", "/x", new byte[0]).line()).isEqualTo("HEAD /x HTTP/1.1");
        assertThat(sentByCurl("POST", "/", new byte[0]).line()).isEqualTo("POST / HTTP/1.1");
        assertThat(sentByCurl("M-SEARCH", "/", new byte[0]).line()).isEqualTo("M-SEARCH / HTTP/1.1");
        assertThat(sentByCurl("DELETE", "/a/../b/./c", new byte[0]).line()).isEqualTo("DELETE /a/../b/./c HTTP/1.1");
        assertThat(sentByCurl("OPTIONS", "*", new byte[0]).line()).isEqualTo("OPTIONS * HTTP/1.1");
        assertThat(sentByCurl("GET", "/?q=a%20b%27&x=[1]#part", new byte[0]).line())
                .isEqualTo("GET /?q=a%20b%27&x=[1]#part HTTP/1.1");
        assertThat(sentByCurl("GET", "/caf\u00c3\u00a9?\u00e9", new byte[0]).line())
                .isEqualTo("GET /caf\u00c3\u00a9?\u00e9 HTTP/1.1");
        Arrived get = sentByCurl("GET", "/", bytes("{}"), "Content-Type", "application/json");
        assertThat(get.line()).isEqualTo("GET / HTTP/1.1");
        assertThat(get.body()).isEqualTo(bytes("{}"));
        // nothing that was not recorded
        assertThat(get.own()).containsExactly("Content-Type: application/json");
    }

    @Test
    void saysWhatIsMissing() {
        Exchange redacted = exchange(
                1, "POST", "/?token=[redacted]", 10_000, "Authorization", "Bearer [redacted]", "Cookie", "a=1");

        CopyAs copy = CopyAs.of(redacted, Optional.of(new StoredBody(bytes("half"), 10_000, true)));

        assertThat(copy.curl())
                .startsWith("# Fill in what was taken out before it was recorded: the address, Authorization\n"
                        + "# Only the beginning of the body was recorded: 4 of 10000 bytes.\ncurl ");
        assertThat(copy.httpie()).startsWith("# Fill in");
        assertThat(copy.fetch()).startsWith("// Fill in").contains("// Browsers set these themselves: Cookie");
        assertThat(CopyAs.of(redacted, Optional.empty()).curl()).contains("# The body was not recorded.");
    }

    @Test
    void writesOtherForms() {
        Exchange exchange = exchange(
                80,
                "PATCH",
                "/a?b=1",
                9,
                "Content-Type",
                "application/json",
                "X-Equals",
                "=1",
                "X-Empty",
                "",
                "Sec-Fetch-Mode",
                "cors");
        CopyAs copy = CopyAs.of(exchange, stored(bytes("{\"a\":\"'\u2028\"}")));

        assertThat(copy.httpie())
                .contains("http --ignore-stdin PATCH 'http://127.0.0.1:80/a?b=1'")
                .contains("'X-Equals: =1'")
                .contains("'X-Empty;'")
                .contains("--raw $'");
        assertThat(copy.fetch())
                .contains("await fetch(\"http://127.0.0.1:80/a?b=1\", {")
                .contains("[\"Content-Type\", \"application/json\"],")
                .contains("body: \"{\\\"a\\\":\\\"'\\u2028\\\"}\"")
                .doesNotContain("[\"Sec-Fetch-Mode\"");
        assertThat(copy.raw())
                .startsWith("PATCH /a?b=1 HTTP/1.1\n:authority: 127.0.0.1:80\nContent-Type: application/json\n");
    }
}
