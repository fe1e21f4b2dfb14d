package io.portrgateway.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.tunnel.store.PostgresFixture;
import io.portrgateway.tunnel.store.StoreKit.Member;
import io.portrgateway.tunnel.testclient.HttpHead;
import io.portrgateway.tunnel.testclient.PortrClientConfig;
import io.portrgateway.tunnel.testclient.PortrV1Client;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Large transfers: every byte, within the client's limits, at flat memory, with keep-alives answered meanwhile. */
@Timeout(240)
class PortrTransferIT {

    @RegisterExtension
    static final PostgresFixture postgres = new PostgresFixture();

    @TempDir
    Path state;

    private static final long GIB = 1L << 30;
    private static final long HEAP_GROWTH_BYTES = 96L << 20;
    private static int count;

    private RunningGateway gateway;
    private DemoService service;
    private Member member;
    private String name;

    @BeforeEach
    void start() throws Exception {
        gateway = RunningGateway.start(
                postgres,
                state,
                "PORTR_SSH_CIPHERS",
                "aes128-gcm@openssh.com,aes256-gcm@openssh.com,chacha20-poly1305@openssh.com");
        service = new DemoService();
        name = "x" + ++count;
        member = gateway.member(name);
    }

    @AfterEach
    void stop() throws IOException {
        gateway.close();
        service.close();
    }

    @Test
    void carriesOneGibibyteBothWaysAtOnceAtFlatMemory() throws Exception {
        PortrClientConfig config = gateway.client(member, name, service.port())
                .withKeepalive(Duration.ofMillis(100), Duration.ofSeconds(5));
        try (PortrV1Client client = v1(config)) {
            long before = liveHeapBytes();
            CompletableFuture<String> down = inBackground(() -> download(GIB));
            CompletableFuture<String> up = inBackground(() -> upload(GIB));
            long answered = client.answeredKeepalives();
            long growth = 0;
            for (int sample = 0; sample < 3; sample++) {
                CompletableFuture.anyOf(CompletableFuture.allOf(down, up), delay(1_500))
                        .join();
                growth = Math.max(growth, liveHeapBytes() - before);
            }

            String expected = DemoService.patternDigest(GIB);
            assertThat(down.get(200, TimeUnit.SECONDS)).isEqualTo(expected);
            assertThat(up.get(200, TimeUnit.SECONDS)).isEqualTo(expected);
            assertThat(growth).isLessThan(HEAP_GROWTH_BYTES);
            assertThat(client.answeredKeepalives() - answered).isGreaterThan(3);
            assertThat(client.violations()).isEmpty();
            assertThat(client.reconnects()).isZero();
        }
    }

    @Test
    void keepsEveryByteOverKeyExchangesStartedByTheClient() throws Exception {
        long bytes = 128L << 20;
        try (PortrV1Client client = v1(gateway.client(member, name, service.port()))) {
            CompletableFuture<String> down = inBackground(() -> download(bytes));
            CompletableFuture<String> up = inBackground(() -> upload(bytes));
            client.rekey("chacha20-poly1305@openssh.com");
            client.rekey("aes256-gcm@openssh.com");
            client.rekey("chacha20-poly1305@openssh.com");
            client.rekey("aes128-gcm@openssh.com");

            String expected = DemoService.patternDigest(bytes);
            assertThat(down.get(120, TimeUnit.SECONDS)).isEqualTo(expected);
            assertThat(up.get(120, TimeUnit.SECONDS)).isEqualTo(expected);
            assertThat(client.violations()).isEmpty();
            assertThat(client.reconnects()).isZero();
        }
    }

    private String download(long bytes) throws IOException {
        try (Visitor visitor = gateway.visitor(name)) {
            visitor.send("GET", "/bytes/" + bytes);
            HttpHead head = visitor.receiveHead();
            assertThat(head.status()).isEqualTo(200);
            MessageDigest digest = DemoService.sha256();
            visitor.source.copyExactly(bytes, DemoService.digesting(digest));
            return HexFormat.of().formatHex(digest.digest());
        }
    }

    private String upload(long bytes) throws IOException {
        try (Visitor visitor = gateway.visitor(name)) {
            visitor.send("POST", "/digest", "Content-Length: " + bytes);
            DemoService.pattern(visitor.output, bytes);
            return visitor.receive().body();
        }
    }

    /** What a visitor does, with its failure passed on. */
    private interface Task {
        String run() throws IOException;
    }

    private static CompletableFuture<String> inBackground(Task task) {
        CompletableFuture<String> result = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                result.complete(task.run());
            } catch (IOException | RuntimeException | AssertionError e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    private static CompletableFuture<Void> delay(long millis) {
        return new CompletableFuture<Void>().completeOnTimeout(null, millis, TimeUnit.MILLISECONDS);
    }

    private static long liveHeapBytes() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static PortrV1Client v1(PortrClientConfig config) throws IOException {
        PortrV1Client client = new PortrV1Client(config);
        client.start();
        client.awaitForwarded();
        return client;
    }
}
