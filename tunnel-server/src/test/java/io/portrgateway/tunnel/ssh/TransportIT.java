package io.portrgateway.tunnel.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.portrgateway.tunnel.transport.ConnectionGate;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.sshd.common.session.Session;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The SSH socket below MINA. */
@Timeout(60)
class TransportIT {

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
}
