package io.portrgateway.tunnel.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.portrgateway.tunnel.capture.Capture;
import io.portrgateway.tunnel.capture.CaptureQueue;
import io.portrgateway.tunnel.config.CaptureConfig;
import io.portrgateway.tunnel.config.HttpConfig;
import io.portrgateway.tunnel.config.Settings;
import io.portrgateway.tunnel.metrics.CaptureMetrics;
import io.portrgateway.tunnel.metrics.HttpMetrics;
import io.portrgateway.tunnel.registry.TunnelRegistry;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests that parsers disagree on are refused before they reach a service; the script's answer is the 404 otherwise. */
class StrictParsingTest {

    private static final String HOST = "Host: app.example.test\r\n";

    static Stream<String> refused() {
        String get = "GET / HTTP/1.1\r\n" + HOST;
        String post = "POST / HTTP/1.1\r\n" + HOST;
        return Stream.of(
                // framing
                post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
                post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
                post + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
                post + "Content-Length: 5, 5\r\n\r\nhello",
                post + "Content-Length: +5\r\n\r\nhello",
                post + "Content-Length: -5\r\n\r\nhello",
                post + "Content-Length: 0x5\r\n\r\nhello",
                post + "Content-Length: 5 5\r\n\r\nhello",
                post + "Content-Length: \r\n\r\nhello",
                post + "Content-Length: 99999999999999999999\r\n\r\nhello",
                post + "Transfer-Encoding: gzip\r\n\r\n",
                post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                post + "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
                post + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
                post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
                post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
                post + "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n",
                post + "Transfer-Encoding: chunked;x=y\r\n\r\n0\r\n\r\n",
                post + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
                post + "Transfer-Encoding:\u000bchunked\r\n\r\n0\r\n\r\n",
                post + "Transfer-Encoding: chunk\u0000ed\r\n\r\n0\r\n\r\n",
                "POST / HTTP/1.0\r\n" + HOST + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                // fields
                get + "X-A : b\r\n\r\n",
                get + "X-A\t: b\r\n\r\n",
                get + " X-A: b\r\n\r\n",
                get + "X-A: b\r\n c\r\n\r\n",
                get + "X-A: b\r\n\tc\r\n\r\n",
                get + "X-A\r\n\r\n",
                get + ": b\r\n\r\n",
                get + "X(A): b\r\n\r\n",
                get + "X-\u00e4: b\r\n\r\n",
                get + "X-A: b\u0000c\r\n\r\n",
                get + "X-A: b\u0001c\r\n\r\n",
                get + "X-A: b\u007fc\r\n\r\n",
                get + "X-A: b\rc\r\n\r\n",
                get + "X-A: b\nX-B: c\r\n\r\n",
                get + "X-A: b\r\n\n",
                get + "X-A: b\n\r\n",
                get + "X-A: b\r\r\n\r\n",
                get + "Expect: 200-ok\r\n\r\n",
                // request line
                "GET  / HTTP/1.1\r\n" + HOST + "\r\n",
                "GET /  HTTP/1.1\r\n" + HOST + "\r\n",
                "GET\t/ HTTP/1.1\r\n" + HOST + "\r\n",
                "GET / HTTP/1.1 \r\n" + HOST + "\r\n",
                " GET / HTTP/1.1\r\n" + HOST + "\r\n",
                "\r\n\r\nGET / HTTP/1.1\r\n" + HOST + "\r\n",
                "\nGET / HTTP/1.1\r\n" + HOST + "\r\n",
                "GET / HTTP/1.1\n" + HOST + "\r\n",
                "GET / HTTP/1.2\r\n" + HOST + "\r\n",
                "GET / HTTP/2.0\r\n" + HOST + "\r\n",
                "GET / HTTP/01.1\r\n" + HOST + "\r\n",
                "GET / http/1.1\r\n" + HOST + "\r\n",
                "GET /\r\n" + HOST + "\r\n",
                "GET HTTP/1.1\r\n" + HOST + "\r\n",
                "G\u00c4T / HTTP/1.1\r\n" + HOST + "\r\n",
                "GE{T / HTTP/1.1\r\n" + HOST + "\r\n",
                "GET /a\u0000b HTTP/1.1\r\n" + HOST + "\r\n",
                "GET /a#b HTTP/1.1\r\n" + HOST + "\r\n",
                "GET /a b HTTP/1.1\r\n" + HOST + "\r\n",
                "GET a HTTP/1.1\r\n" + HOST + "\r\n",
                "GET * HTTP/1.1\r\n" + HOST + "\r\n",
                "GET ftp://app.example.test/ HTTP/1.1\r\n" + HOST + "\r\n",
                "GET http://other.example.test/ HTTP/1.1\r\n" + HOST + "\r\n",
                "GET http://app.example.test.evil/ HTTP/1.1\r\n" + HOST + "\r\n",
                "GET http://app.example.test@evil/ HTTP/1.1\r\n" + HOST + "\r\n",
                "CONNECT app.example.test:443 HTTP/1.1\r\n" + HOST + "\r\n",
                "CONNECT / HTTP/1.1\r\n" + HOST + "\r\n",
                // authority
                "GET / HTTP/1.1\r\n\r\n",
                "GET / HTTP/1.0\r\n\r\n",
                "GET / HTTP/1.1\r\nHost:\r\n\r\n",
                "GET / HTTP/1.1\r\n" + HOST + HOST + "\r\n",
                "GET / HTTP/1.1\r\n" + HOST + "HOST: other.example.test\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: app.example.test, other.example.test\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: user@app.example.test\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: app.example.test/x\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: app.example.test:80:80\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: app.example.test:99999999\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: app.example.test:a\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a%70p.example.test\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: \u00e4pp.example.test\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: app example.test\r\n\r\n");
    }

    static Stream<String> accepted() {
        return Stream.of(
                "GET / HTTP/1.1\r\n" + HOST + "\r\n",
                "\r\nGET / HTTP/1.1\r\n" + HOST + "\r\n",
                "GET /a%00b/../c?d=\u00e4|^{}\"<>\\` HTTP/1.1\r\n" + HOST + "\r\n",
                "GET //double//slash HTTP/1.1\r\n" + HOST + "\r\n",
                "GET http://app.example.test/x HTTP/1.1\r\n" + HOST + "\r\n",
                "GET HTTP://APP.example.test?x HTTP/1.1\r\n" + HOST + "\r\n",
                "OPTIONS * HTTP/1.1\r\n" + HOST + "\r\n",
                "X-CUSTOM!#$ / HTTP/1.1\r\n" + HOST + "\r\n",
                "GET / HTTP/1.1\r\nhOsT: APP.Example.TEST:8443\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: app.example.test:\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
                "GET / HTTP/1.1\r\n" + HOST + "X-A:\u00e4\t\u00ff b  \r\n\r\n",
                "GET / HTTP/1.1\r\n" + HOST + "X-A:\r\n\r\n",
                "GET / HTTP/1.0\r\n" + HOST + "\r\n");
    }

    @ParameterizedTest
    @MethodSource("refused")
    void refusesWhatParsersDisagreeOn(String request) {
        assertThat(answer(request, request.length()))
                .startsWith("HTTP/1.1 400 Bad Request\r\n")
                .contains("Connection: close\r\n");
        assertThat(answer(request, 1)).startsWith("HTTP/1.1 400 Bad Request\r\n");
    }

    @ParameterizedTest
    @MethodSource("accepted")
    void acceptsWhatIsUnusualButClear(String request) {
        assertThat(answer(request, request.length())).startsWith("HTTP/1.1 404 Not Found\r\n");
        assertThat(answer(request, 1)).startsWith("HTTP/1.1 404 Not Found\r\n");
    }

    @Test
    void refusesHeadsThatAreTooLarge() {
        String line = "GET /" + "a".repeat(20_000) + " HTTP/1.1\r\n" + HOST + "\r\n";
        String field = "GET / HTTP/1.1\r\n" + HOST + "X-A: " + "a".repeat(70_000) + "\r\n\r\n";
        String fields = "GET / HTTP/1.1\r\n" + HOST + "X-A: a\r\n".repeat(200) + "\r\n";

        assertThat(answer(line, 1000)).startsWith("HTTP/1.1 431 ");
        assertThat(answer(field, 1000)).startsWith("HTTP/1.1 431 ");
        assertThat(answer(fields, 1000)).startsWith("HTTP/1.1 431 ");
    }

    @Test
    void escapesTheHostInThePage() {
        assertThat(ErrorPages.escape("<script>\"'&")).isEqualTo("&lt;script&gt;&quot;&#39;&amp;");
    }

    /** Feeds the bytes in pieces and returns what the visitor gets. */
    static String answer(String request, int pieceBytes) {
        HttpConfig config = HttpConfig.read(new Settings(Map.of("PORTR_DOMAIN", "example.test")));
        CaptureConfig off = CaptureConfig.read(new Settings(Map.of("PORTR_CAPTURE", "off")));
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        Capture capture = new Capture(off, new CaptureQueue(off, new CaptureMetrics(meters)));
        Edge edge = Edge.of(config, new TunnelRegistry(), new HttpMetrics(meters), capture);
        EmbeddedChannel channel = new EmbeddedChannel();
        Peer peer = new Peer(new InetSocketAddress("192.0.2.1", 40_000), false, false);
        Http1Visitor visitor = new Http1Visitor(edge, channel, peer);
        channel.pipeline().addLast(visitor.decoder(), visitor);
        byte[] bytes = request.getBytes(StandardCharsets.ISO_8859_1);
        for (int from = 0; from < bytes.length && channel.isOpen(); from += pieceBytes) {
            channel.writeInbound(Unpooled.copiedBuffer(bytes, from, Math.min(pieceBytes, bytes.length - from)));
        }
        StringBuilder answer = new StringBuilder();
        ByteBuf out;
        while ((out = channel.readOutbound()) != null) {
            answer.append(out.toString(StandardCharsets.ISO_8859_1));
            out.release();
        }
        channel.finishAndReleaseAll();
        return answer.toString();
    }
}
