package io.portrgateway.tunnel.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The data path with OpenSSH's client. */
@Timeout(120)
class OpenSshStreamIT {

    private static final long BULK_BYTES = 256L << 20;

    private DataPathRig rig;
    private ByteService service;
    private OpenSshClient client;

    @BeforeEach
    void start() throws Exception {
        rig = new DataPathRig(Map.of());
        service = new ByteService();
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        service.close();
        rig.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"aes128-gcm@openssh.com", "aes256-gcm@openssh.com"})
    void carriesBulkBothWaysWithoutChangingAByte(String cipher) throws Exception {
        InetSocketAddress address = connect("Ciphers=" + cipher);

        assertThat(download(address, BULK_BYTES)).isEqualTo(ByteService.hashOf(BULK_BYTES));
        assertThat(upload(address, BULK_BYTES)).isEqualTo(ByteService.hashOf(BULK_BYTES));
    }

    @Test
    void losesNothingWhenTheClientRekeysMidTransfer() throws Exception {
        InetSocketAddress address = connect("RekeyLimit=8M");

        assertThat(download(address, BULK_BYTES)).isEqualTo(ByteService.hashOf(BULK_BYTES));
        assertThat(upload(address, BULK_BYTES)).isEqualTo(ByteService.hashOf(BULK_BYTES));
    }

    @Test
    void deliversTheLastByteOfBothDirectionsWhenTheVisitorEndsItsOwnFirst() throws Exception {
        InetSocketAddress address = connect();
        byte[] bytes = new byte[3_000_017];
        new Random(1).nextBytes(bytes);

        try (Socket visitor = ByteService.visit(address, "echo")) {
            Thread.ofVirtual().start(() -> {
                try {
                    visitor.getOutputStream().write(bytes);
                    visitor.shutdownOutput();
                } catch (IOException failed) {
                    throw new UncheckedIOException(failed);
                }
            });
            assertThat(visitor.getInputStream().readAllBytes()).isEqualTo(bytes);
        }
    }

    @Test
    void letsTheVisitorSendOnAfterTheServiceEndedItsDirection() throws Exception {
        InetSocketAddress address = connect();

        try (Socket visitor = ByteService.visit(address, "send 10")) {
            assertThat(visitor.getInputStream().readAllBytes()).hasSize(10);
            visitor.getOutputStream().write(new byte[100_000]);
            visitor.shutdownOutput();
            assertThat(visitor.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void endsItsVisitorsWhenTheClientIsKilled() throws Exception {
        InetSocketAddress address = connect();

        try (Socket visitor = ByteService.visit(address, "trickle")) {
            assertThat(visitor.getInputStream().read()).isEqualTo('.');
            client.kill();
            assertThat(visitor.getInputStream().read()).isEqualTo(-1);
        }
    }

    private InetSocketAddress connect(String... options) throws Exception {
        client = new OpenSshClient(rig.sshPort(), service.port(), options);
        return rig.publish(rig.nextForward());
    }

    private static String download(InetSocketAddress address, long bytes) throws Exception {
        try (Socket visitor = ByteService.visit(address, "send " + bytes)) {
            return ByteService.hash(visitor.getInputStream());
        }
    }

    private static String upload(InetSocketAddress address, long bytes) throws Exception {
        try (Socket visitor = ByteService.visit(address, "hash")) {
            ByteService.send(visitor.getOutputStream(), bytes);
            visitor.shutdownOutput();
            InputStream in = visitor.getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        }
    }
}
