package io.portrgateway.tunnel.ssh;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.portrgateway.tunnel.transport.ConnectionGate;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.HexFormat;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.sshd.common.session.Session;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The SSH socket below MINA. */
@Timeout(60)
class TransportIT {

    private static final byte[] HEADER_V1 = "PROXY TCP4 192.0.2.9 127.0.0.1 40000 2222\r\n".getBytes(US_ASCII);
    private static final byte[] HEADER_V2 =
            HexFormat.of().parseHex("0d0a0d0a000d0a515549540a" + "2111000c" + "c00002097f000001" + "9c4008ae");

    @Test
    void refusesAConnectionBeforeThereIsAnySshStateForIt() throws Exception {
        CountingGate gate = new CountingGate(1);
        try (DataPathRig rig = new DataPathRig(Map.of(), gate, 0);
                Socket first = connect(rig)) {
            assertThat(first.getInputStream().read()).isEqualTo('S');

            try (Socket second = connect(rig)) {
                assertThat(second.getInputStream().read()).isEqualTo(-1);
            }
            assertThat(rig.server().getActiveSessions()).hasSize(1);
        }
    }

    @Test
    void countsAConnectionOutWhenItEnds() throws Exception {
        CountingGate gate = new CountingGate(1);
        try (DataPathRig rig = new DataPathRig(Map.of(), gate, 0)) {
            try (Socket first = connect(rig)) {
                assertThat(first.getInputStream().read()).isEqualTo('S');
            }
            await().until(gate.present::isEmpty);

            try (Socket second = connect(rig)) {
                assertThat(second.getInputStream().read()).isEqualTo('S');
            }
        }
    }

    @Test
    void knowsTheClientsRealAddress() throws Exception {
        try (DataPathRig rig = new DataPathRig(Map.of());
                Socket client = connect(rig)) {
            assertThat(client.getInputStream().read()).isEqualTo('S');

            assertThat(rig.server().getActiveSessions())
                    .extracting(Session::getRemoteAddress)
                    .containsExactly(address(client));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "2"})
    void believesATrustedProxyAboutTheClientsAddress(String version) throws Exception {
        RememberingGate gate = new RememberingGate();
        try (DataPathRig rig = new DataPathRig(Map.of("PORTR_SSH_TRUSTED_PROXIES", "127.0.0.0/8"), gate, 0);
                Socket proxy = connect(rig)) {
            // In pieces, with the client's first line behind the header in the last of them.
            byte[] header = version.equals("1") ? HEADER_V1 : HEADER_V2;
            proxy.getOutputStream().write(header, 0, 13);
            proxy.getOutputStream().flush();
            proxy.getOutputStream().write(header, 13, header.length - 13);
            proxy.getOutputStream().write("SSH-2.0-test\r\n".getBytes(US_ASCII));

            assertThat(proxy.getInputStream().read()).isEqualTo('S');
            assertThat(gate.seen).containsExactly(new InetSocketAddress("192.0.2.9", 40_000));
            Session session = rig.server().getActiveSessions().getFirst();
            assertThat(session.getRemoteAddress()).isEqualTo(new InetSocketAddress("192.0.2.9", 40_000));
            await().until(() -> "SSH-2.0-test".equals(session.getClientVersion()));
        }
    }

    @Test
    void takesATrustedProxyWithoutAHeaderForTheClientItself() throws Exception {
        try (DataPathRig rig = new DataPathRig(Map.of("PORTR_SSH_TRUSTED_PROXIES", "127.0.0.1"));
                RawClient client = new RawClient(rig.sshPort())) {
            assertThat(client.keepalive()).isLessThan(DataPathRig.PATIENCE);
        }
    }

    @Test
    void doesNotBelieveAnybodyElse() throws Exception {
        try (DataPathRig rig = new DataPathRig(Map.of("PORTR_SSH_TRUSTED_PROXIES", "10.0.0.0/8"));
                Socket liar = connect(rig)) {
            liar.getOutputStream().write(HEADER_V1);

            assertThat(liar.getInputStream().read()).isEqualTo('S');
            assertThat(rig.server().getActiveSessions())
                    .extracting(Session::getRemoteAddress)
                    .allMatch(address(liar)::equals);
        }
    }

    @Test
    void closesOnAMalformedHeader() throws Exception {
        try (DataPathRig rig = new DataPathRig(Map.of("PORTR_SSH_TRUSTED_PROXIES", "127.0.0.1"));
                Socket proxy = connect(rig)) {
            proxy.getOutputStream().write("PROXY TCP4 nonsense\r\n".getBytes(US_ASCII));

            assertThat(proxy.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void runsOnPortableSocketsToo() throws Exception {
        try (DataPathRig rig = new DataPathRig(Map.of("PORTR_NATIVE_TRANSPORT", "false"));
                RawClient client = new RawClient(rig.sshPort())) {
            assertThat(rig.loops().isNative()).isFalse();
            assertThat(client.keepalive()).isLessThan(DataPathRig.PATIENCE);
        }
    }

    private static Socket connect(DataPathRig rig) throws Exception {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), rig.sshPort());
        socket.setSoTimeout((int) DataPathRig.PATIENCE.toMillis());
        return socket;
    }

    private static SocketAddress address(Socket client) {
        return new InetSocketAddress(client.getLocalAddress(), client.getLocalPort());
    }

    private static final class CountingGate implements ConnectionGate {
        private final int limit;
        private final Set<InetSocketAddress> present = ConcurrentHashMap.newKeySet();

        CountingGate(int limit) {
            this.limit = limit;
        }

        @Override
        public boolean admit(InetSocketAddress client) {
            return present.size() < limit && present.add(client);
        }

        @Override
        public void left(InetSocketAddress client) {
            present.remove(client);
        }
    }

    private static final class RememberingGate implements ConnectionGate {
        private final Queue<InetSocketAddress> seen = new ConcurrentLinkedQueue<>();

        @Override
        public boolean admit(InetSocketAddress client) {
            return seen.add(client);
        }

        @Override
        public void left(InetSocketAddress client) {}
    }
}
