package io.portrgateway.tunnel.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.portrgateway.tunnel.capture.RecordedExchange;
import io.portrgateway.tunnel.capture.RecordedFrame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is recorded of WebSockets and server-sent streams through the edge, and that it changes nothing of them. */
@Timeout(60)
class StreamCaptureIT {

    private static final String HANDSHAKE = "GET /ws HTTP/1.1\r\nHost: app.example.test\r\nUpgrade: websocket\r\n"
            + "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    private static final String SWITCHING = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
            + "Connection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
    private static final int MESSAGE_COUNT = 200;

    private final Random random = new Random(11);

    @Test
    void passesAWebSocketByteForByteAndKeepsItsFrames() throws Exception {
        List<Integer> sizes = new ArrayList<>();
        String sent = messages(true, sizes);
        String answered = messages(false, sizes);
        try (EdgeKit kit = kit("full")) {
            kit.tunnel("app", kit.origin(connection -> {
                connection.request();
                // The first frame is in one packet with the head
                connection.send(SWITCHING + answered.substring(0, 100));
                connection.send(answered.substring(100));
                assertThat(connection.read(sent.length())).isEqualTo(sent);
                connection.send("\u0088\2\3\u00e8");
            }));
            try (Wire wire = kit.visitor()) {
                wire.send(HANDSHAKE + sent.substring(0, 50));
                assertThat(wire.head()).startsWith("HTTP/1.1 101 ");
                wire.send(sent.substring(50));
                assertThat(wire.read(answered.length())).isEqualTo(answered);
                assertThat(wire.read(4)).isEqualTo("\u0088\2\3\u00e8");
                RecordedExchange open = next(kit);
                assertThat(open.outcome().columnValue()).isEqualTo("open");
                assertThat(open.response().status()).isEqualTo(101);
                wire.socket.close();

                RecordedExchange end = next(kit);
                assertThat(end.id()).isEqualTo(open.id());
                assertThat(end.outcome().columnValue()).isEqualTo("completed");
                assertThat(end.response().requestBytes()).isEqualTo(sent.length());
                assertThat(end.response().responseBytes()).isEqualTo(answered.length() + 4);
                assertThat(end.continuation()).isEqualTo(new RecordedExchange.Continuation(2L * MESSAGE_COUNT + 1));
                kit.captured.written(List.of(open, end), 1);
            }

            List<RecordedFrame> frames = kit.captured.takeFrames(10_000, Long.MAX_VALUE);
            assertThat(frames).extracting(RecordedFrame::number).isSorted().doesNotHaveDuplicates();
            assertThat(frames).hasSize(2 * MESSAGE_COUNT + 1);
            assertThat(frames.stream().mapToLong(RecordedFrame::totalBytes).sum())
                    .isEqualTo(sizes.stream().mapToLong(size -> size).sum() + 2);
            assertThat(frames)
                    .filteredOn(frame -> frame.kind() == RecordedFrame.Kind.CLOSE)
                    .singleElement()
                    .satisfies(frame -> assertThat(frame.closeCode()).isEqualTo(1000));
            kit.captured.framesWritten(frames);
            assertThat(kit.gauge("portr.capture.queued")).isZero();
        }
    }

    private String messages(boolean masked, List<Integer> sizes) {
        ByteArrayOutputStream wire = new ByteArrayOutputStream();
        for (int i = 0; i < MESSAGE_COUNT; i++) {
            int size = i % 50 == 49 ? 66_000 + random.nextInt(1000) : random.nextInt(400);
            sizes.add(size);
            byte[] payload = new byte[size];
            random.nextBytes(payload);
            wire.write(0x82);
            int flag = masked ? 0x80 : 0;
            if (size < 126) {
                wire.write(flag | size);
            } else if (size < 65_536) {
                wire.writeBytes(new byte[] {(byte) (flag | 126), (byte) (size >> 8), (byte) size});
            } else {
                wire.writeBytes(new byte[] {
                    (byte) (flag | 127), 0, 0, 0, 0, 0, (byte) (size >> 16), (byte) (size >> 8), (byte) size
                });
            }
            byte[] mask = new byte[4];
            random.nextBytes(mask);
            if (masked) {
                wire.writeBytes(mask);
            }
            wire.writeBytes(payload);
        }
        return wire.toString(StandardCharsets.ISO_8859_1);
    }

    @Test
    void passesAnotherProtocolBehindAWebSocketsHandshake() throws Exception {
        try (EdgeKit kit = kit("full")) {
            kit.tunnel("app", kit.origin(connection -> {
                connection.request();
                connection.send(SWITCHING + "SSH-2.0-other\r\n");
                assertThat(connection.read(15)).isEqualTo("SSH-2.0-client\n");
                connection.send("bye");
            }));
            try (Wire wire = kit.visitor()) {
                wire.send(HANDSHAKE).head();
                wire.send("SSH-2.0-client\n");
                assertThat(wire.rest()).isEqualTo("SSH-2.0-other\r\nbye");
            }

            next(kit);
            assertThat(next(kit).outcome().columnValue()).isEqualTo("completed");
            assertThat(kit.captured.takeFrames(10, Long.MAX_VALUE)).isEmpty();
            assertThat(kit.meters
                            .get("portr.capture.streams.malformed")
                            .counter()
                            .count())
                    .isEqualTo(2);
        }
    }

    @Test
    void keepsServerSentEventsWhileTheyComeAndTheBodyAtTheEnd() throws Exception {
        CountDownLatch more = new CountDownLatch(1);
        try (EdgeKit kit = kit("full")) {
            kit.tunnel("app", kit.origin(connection -> {
                connection.request();
                connection.read(4);
                connection.send(
                        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                                + "9\r\ndata: on\n\r\n1\r\n\n\r\n");
                more.await();
                connection.send("14\r\nevent: e\ndata: two\n\n\r\n0\r\n\r\n");
            }));
            try (Wire wire = kit.visitor()) {
                wire.send("POST / HTTP/1.1\r\nHost: app.example.test\r\nContent-Length: 4\r\n\r\nbody");
                assertThat(wire.head()).startsWith("HTTP/1.1 200 ");
                RecordedExchange open = next(kit);
                assertThat(open.outcome().columnValue()).isEqualTo("open");
                assertThat(open.response().status()).isEqualTo(200);
                assertThat(text(open.response().requestBody().kept())).isEqualTo("body");
                assertThat(content(nextFrames(kit))).containsExactly("on");
                more.countDown();
                wire.read("9\r\ndata: on\n\r\n".length());

                RecordedExchange end = next(kit);
                assertThat(end.id()).isEqualTo(open.id());
                assertThat(text(end.response().body().kept())).isEqualTo("data: on\n\nevent: e\ndata: two\n\n");
                assertThat(end.continuation()).isEqualTo(new RecordedExchange.Continuation(2L));
                assertThat(content(nextFrames(kit))).containsExactly("two");
            }
        }
    }

    @Test
    void keepsACompressedStreamAsABodyOnly() throws Exception {
        try (EdgeKit kit = kit("full")) {
            kit.tunnel(
                    "app",
                    kit.origin(Origin.always("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                            + "Content-Encoding: gzip\r\nContent-Length: 9\r\n\r\ndata: a\n\n")));
            try (Wire wire = kit.visitor()) {
                wire.send("GET / HTTP/1.1\r\nHost: app.example.test\r\n\r\n").answer();
            }

            assertThat(next(kit).outcome().columnValue()).isEqualTo("open");
            assertThat(next(kit).continuation()).isEqualTo(new RecordedExchange.Continuation(null));
            assertThat(kit.captured.takeFrames(10, Long.MAX_VALUE)).isEmpty();
        }
    }

    @Test
    void keepsNoPayloadInMetadataModeAndNothingWhenOff() throws Exception {
        try (EdgeKit kit = kit("metadata")) {
            talk(kit);
            next(kit);
            next(kit);
            assertThat(kit.captured.takeFrames(10, Long.MAX_VALUE)).hasSize(2).allSatisfy(frame -> {
                assertThat(frame.totalBytes()).isEqualTo(2);
                assertThat(frame.truncated()).isTrue();
                assertThat(frame.content().keptBytes()).isZero();
            });
        }
        try (EdgeKit kit = kit("off")) {
            talk(kit);
            assertThat(kit.captured.take(10, Long.MAX_VALUE)).isEmpty();
            assertThat(kit.captured.takeFrames(10, Long.MAX_VALUE)).isEmpty();
            assertThat(kit.gauge("portr.capture.queued")).isZero();
        }
    }

    private static void talk(EdgeKit kit) throws Exception {
        kit.tunnel("app", kit.origin(connection -> {
            connection.request();
            connection.send(SWITCHING + "\u0081\2hi");
            connection.read(8);
            connection.send("");
        }));
        try (Wire wire = kit.visitor()) {
            wire.send(HANDSHAKE).head();
            wire.send("\u0081\u0082\0\0\0\0hi");
            assertThat(wire.rest()).isEqualTo("\u0081\2hi");
        }
    }

    private static EdgeKit kit(String mode) throws IOException {
        return new EdgeKit("PORTR_CAPTURE", mode);
    }

    private static RecordedExchange next(EdgeKit kit) {
        return await().until(() -> kit.captured.take(1, Long.MAX_VALUE), batch -> !batch.isEmpty())
                .getFirst();
    }

    private static List<RecordedFrame> nextFrames(EdgeKit kit) {
        return await().until(() -> kit.captured.takeFrames(10, Long.MAX_VALUE), batch -> !batch.isEmpty());
    }

    private static List<String> content(List<RecordedFrame> frames) {
        return frames.stream().map(frame -> text(frame.content().kept())).toList();
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
