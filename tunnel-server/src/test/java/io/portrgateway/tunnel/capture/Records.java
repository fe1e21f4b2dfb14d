package io.portrgateway.tunnel.capture;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import io.portrgateway.tunnel.capture.RecordedExchange.Phases;
import io.portrgateway.tunnel.capture.RecordedExchange.Request;
import io.portrgateway.tunnel.capture.RecordedExchange.Response;
import io.portrgateway.tunnel.registry.Hostname;
import io.portrgateway.tunnel.registry.HttpBinding;
import io.portrgateway.tunnel.registry.Lease;
import io.portrgateway.tunnel.registry.Owner;
import io.portrgateway.tunnel.registry.TunnelId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.zip.GZIPOutputStream;

/** Records as the recorder makes them, for tests. */
final class Records {

    private static final Lease LEASE = new Lease(
            new TunnelId("01TUNNEL000000000000000001"), new HttpBinding(new Hostname("app")), new Owner(1, 7, 1), 1);

    private Records() {}

    static RecordedExchange of(
            String target, Fields requestHeaders, BodySample request, Fields responseHeaders, BodySample response) {
        return new RecordedExchange(
                "01EXCHANGE0000000000000001",
                Instant.EPOCH,
                LEASE,
                null,
                new Request("192.0.2.7", "https", "1.1", null, "POST", "app.example.test", target, requestHeaders),
                new Response(
                        200,
                        responseHeaders,
                        Fields.NONE,
                        Fields.NONE,
                        request,
                        response,
                        request.totalBytes(),
                        response.totalBytes()),
                new Phases(null, null, null, 1),
                new Outcome.Completed(),
                null,
                0);
    }

    /** Name and value in turn. */
    static Fields fields(String... parts) {
        HttpHeaders headers =
                DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
        for (int i = 0; i < parts.length; i += 2) {
            headers.add(parts[i], parts[i + 1]);
        }
        return Fields.of(headers);
    }

    static BodySample body(String text) {
        return body(text.getBytes(StandardCharsets.UTF_8));
    }

    static BodySample body(byte[] bytes) {
        return new BodySample(bytes, bytes.length, bytes.length);
    }

    /** The beginning of a longer body. */
    static BodySample cut(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return new BodySample(bytes, bytes.length, bytes.length + 1L);
    }

    static byte[] gzip(String text) {
        ByteArrayOutputStream coded = new ByteArrayOutputStream();
        try (OutputStream to = new GZIPOutputStream(coded)) {
            to.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return coded.toByteArray();
    }
}
