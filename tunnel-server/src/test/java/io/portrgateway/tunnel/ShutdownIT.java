package io.portrgateway.tunnel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.portrgateway.tunnel.store.PostgresFixture;
import io.portrgateway.tunnel.store.PostgresServer.Role;
import io.portrgateway.tunnel.store.StoreKit.Member;
import io.portrgateway.tunnel.testclient.LocalServer;
import io.portrgateway.tunnel.testclient.PortrClientConfig;
import io.portrgateway.tunnel.testclient.PortrV1Client;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** SIGTERM's work: what is in flight finishes, nothing new begins, names are given back. */
@Timeout(60)
class ShutdownIT {

    private static final String REQUEST = "GET /slow HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n";
    private static final String ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nlate";
    private static final Duration GRACE = Duration.ofSeconds(20);

    @RegisterExtension
    static final PostgresFixture postgres = new PostgresFixture();

    @TempDir
    Path state;

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch mayAnswer = new CountDownLatch(1);
    private LocalServer service;
    private RunningGateway gateway;

    @AfterEach
    void stop() throws IOException {
        mayAnswer.countDown();
        if (gateway != null) {
            gateway.close();
        }
        if (service != null) {
            service.close();
        }
    }

    @Test
    void finishesTheRequestInFlightAndThenStopsBeforeTheGraceIsOver() throws Exception {
        Member member = start("http");
        try (PortrV1Client client = v1(once(gateway.client(member, "slow", service.port())));
                Socket visitor = new Socket(InetAddress.getLoopbackAddress(), gateway.httpPort())) {
            visitor.getOutputStream()
                    .write(REQUEST.formatted("slow." + RunningGateway.DOMAIN).getBytes(StandardCharsets.US_ASCII));
            asked.await();

            Thread stopping = Thread.ofVirtual().start(gateway.server()::stop);
            await().until(() -> !gateway.server().isReady());
            mayAnswer.countDown();

            assertThat(new String(visitor.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 200 ")
                    .endsWith("late");
            assertThat(stopping.join(GRACE.dividedBy(2))).isTrue();
            assertThat(client.violations()).isEmpty();
        }
    }

    @Test
    void finishesTheTcpConnectionInFlightAndAcceptsNoOther() throws Exception {
        Member member = start("tcp");
        try (PortrV1Client client = v1(once(gateway.client(member, null, service.port())));
                Socket visitor = new Socket(InetAddress.getLoopbackAddress(), client.publicPort())) {
            visitor.getOutputStream().write("hello\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            asked.await();

            Thread stopping = Thread.ofVirtual().start(gateway.server()::stop);
            await().untilAsserted(() ->
                    assertThatThrownBy(() -> connectOnce(client.publicPort())).isInstanceOf(IOException.class));
            mayAnswer.countDown();

            assertThat(new String(visitor.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .isEqualTo(ANSWER);
            visitor.shutdownOutput();
            assertThat(stopping.join(GRACE.dividedBy(2))).isTrue();
        }
    }

    @Test
    void givesItsNamesBackAndCutsWhatOutlivesTheGrace() throws Exception {
        Member member = start("stuck", "PORTR_SHUTDOWN_GRACE", "1s");
        try (PortrV1Client client = v1(once(gateway.client(member, null, service.port())));
                Socket visitor = new Socket(InetAddress.getLoopbackAddress(), client.publicPort())) {
            visitor.getOutputStream().write("hello\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            asked.await();

            gateway.server().stop();

            assertThat(visitor.getInputStream().read()).isEqualTo(-1);
            assertThat(postgres.column(Role.TUNNEL, "select status from connection where status = 'active'"))
                    .isEmpty();
        }
    }

    private Member start(String name, String... settings) throws Exception {
        service = new LocalServer(this::answerLate);
        String[] all = settings.length > 0 ? settings : new String[] {"PORTR_SHUTDOWN_GRACE", GRACE.toSeconds() + "s"};
        gateway = RunningGateway.start(postgres, state, all);
        return gateway.member(name);
    }

    private static PortrV1Client v1(PortrClientConfig config) throws IOException {
        PortrV1Client client = new PortrV1Client(config);
        client.start();
        client.awaitForwarded();
        return client;
    }

    /** The client must not come back: the server it would come back to is the one that stops. */
    private static PortrClientConfig once(PortrClientConfig config) {
        return config.withReconnect(0, 1);
    }

    private static void connectOnce(int port) throws IOException {
        new Socket(InetAddress.getLoopbackAddress(), port).close();
    }

    private void answerLate(Socket socket) throws IOException {
        int ends = 0;
        while (ends < 4) {
            int next = socket.getInputStream().read();
            if (next < 0) {
                return;
            }
            ends = next == '\r' || next == '\n' ? ends + 1 : 0;
        }
        asked.countDown();
        try {
            mayAnswer.await();
        } catch (InterruptedException ended) {
            return;
        }
        socket.getOutputStream().write(ANSWER.getBytes(StandardCharsets.US_ASCII));
    }
}
