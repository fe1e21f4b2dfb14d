package io.portrgateway.tunnel.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.portrgateway.tunnel.registry.CloseReason;
import io.portrgateway.tunnel.registry.Tunnel;
import io.portrgateway.tunnel.registry.Upstream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Global requests as they go over the wire, and the life of what they open. */
@Timeout(60)
class ForwardRequestIT {

    private static final int SUCCESS = SshConstants.SSH_MSG_REQUEST_SUCCESS;
    private static final int FAILURE = SshConstants.SSH_MSG_REQUEST_FAILURE;

    @TempDir
    Path state;

    private SshGateway gateway;
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable closeable : open) {
            closeable.close();
        }
        gateway.close();
    }

    @Test
    void takesAnyPortOfPortrHttpClientAsMereIdentifier() throws Exception {
        start();
        for (String address : List.of("0.0.0.0", "", "localhost", "*", "::")) {
            RawSsh ssh = logIn(http("app" + Math.abs(address.hashCode() % 1000)));
            ssh.forward(address, 24567);

            Buffer answer = ssh.read().expect(SUCCESS).body();

            assertThat(answer.available()).isZero();
        }
    }

    @Test
    void refusesOtherAddressesAndPortZeroOfPortrClient() throws Exception {
        start();
        RawSsh ssh = logIn(http("app"));

        ssh.forward("127.0.0.1", 20001);
        ssh.read().expect(FAILURE);
        ssh.forward("other-name", 20001);
        ssh.read().expect(FAILURE);
        ssh.forward("0.0.0.0", 0);
        ssh.read().expect(FAILURE);

        assertThat(gateway.registry.all()).isEmpty();
    }

    @Test
    void joinsSessionsOfOneConnectionInOnePool() throws Exception {
        start();
        String user = http("app");
        for (int i = 0; i < 3; i++) {
            RawSsh ssh = logIn(user);
            ssh.forward("0.0.0.0", 20001 + i);
            ssh.read().expect(SUCCESS);
        }

        assertThat(gateway.awaitTunnel("app").upstreams()).hasSize(3);
    }

    @Test
    void allowsManyForwardsOfHttpConnectionButEachPortOnce() throws Exception {
        start();
        RawSsh ssh = logIn(http("app"));

        ssh.forward("0.0.0.0", 20001);
        ssh.read().expect(SUCCESS);
        ssh.forward("0.0.0.0", 20002);
        ssh.read().expect(SUCCESS);
        ssh.forward("0.0.0.0", 20001);
        ssh.read().expect(FAILURE);
    }

    @Test
    void givesTcpConnectionExactlyThePortAndOnlyOne() throws Exception {
        start();
        RawSsh ssh = logIn(gateway.accounts.reserveTcp(SshGateway.KEY) + ":" + SshGateway.KEY);

        ssh.forward("0.0.0.0", 30999);
        ssh.read().expect(FAILURE);
        ssh.forward("0.0.0.0", 30003);
        ssh.read().expect(SUCCESS);
        ssh.forward("0.0.0.0", 30004);
        ssh.read().expect(FAILURE);

        assertThat(gateway.ports.listener(30003)).isNotNull();
        assertThat(gateway.ports.listener(30004)).isNull();
    }

    @Test
    void letsPortrClientTryItsNextPortWhenOneIsTaken() throws Exception {
        start();
        gateway.ports.occupy(30003);
        RawSsh ssh = logIn(gateway.accounts.reserveTcp(SshGateway.KEY) + ":" + SshGateway.KEY);

        ssh.forward("0.0.0.0", 30003);
        ssh.read().expect(FAILURE);
        ssh.forward("0.0.0.0", 30004);
        ssh.read().expect(SUCCESS);
    }

    @Test
    void reportsAllocatedPortOfPlainSsh() throws Exception {
        start();
        RawSsh ssh = plain();

        ssh.forward("localhost", 0);

        assertThat(ssh.read().expect(SUCCESS).body().getInt()).isEqualTo(30001);
        ssh.cancel("localhost", 30001);
        ssh.read().expect(SUCCESS);
        await().until(() -> gateway.ports.listener(30001) == null);
    }

    @Test
    void answersInTheOrderOfAskingWhateverTheDatabaseTakes() throws Exception {
        start();
        RawSsh ssh = plain();
        gateway.leases.postpone();

        ssh.forward("one", 80);
        ssh.globalRequest("keepalive@openssh.com", true);
        ssh.forward("bad..name", 80);
        ssh.globalRequest("hostkeys-prove-00@openssh.com", true);
        assertThat(ssh.poll(Duration.ofMillis(200))).isNull();
        await().until(() -> {
            gateway.leases.answer();
            return gateway.tunnel("one").isPresent();
        });

        ssh.read().expect(SUCCESS);
        ssh.read().expect(SUCCESS);
        ssh.read().expect(FAILURE);
        ssh.read().expect(FAILURE);
    }

    @Test
    void answersKeepaliveAndLearnsThatStreamsCanBeReused() throws Exception {
        start();
        RawSsh ssh = logIn(http("app"));
        ssh.forward("0.0.0.0", 20001);
        ssh.read().expect(SUCCESS);
        Upstream upstream = gateway.awaitTunnel("app").upstreams().getFirst();

        ssh.globalRequest("keepalive@openssh.com", false);
        ssh.globalRequest("unknown@example.com", true);
        ssh.read().expect(FAILURE);
        assertThat(upstream.keepsStreamsAlive()).isFalse();

        ssh.globalRequest("keepalive@openssh.com", true);
        ssh.read().expect(SUCCESS);
        assertThat(upstream.keepsStreamsAlive()).isTrue();
    }

    @Test
    void freesRouteAtOnceWhenForwardIsCancelled() throws Exception {
        start();
        RawSsh ssh = logIn(http("app"));
        ssh.forward("0.0.0.0", 20001);
        ssh.read().expect(SUCCESS);

        ssh.cancel("0.0.0.0", 20001);
        ssh.read().expect(SUCCESS);
        gateway.awaitNoTunnel("app");
        ssh.cancel("0.0.0.0", 20001);
        ssh.read().expect(SUCCESS);

        assertThat(gateway.leases.releases()).containsExactly("1 CLIENT");
        assertThat(ssh.isOpen()).isTrue();
    }

    @Test
    void closesWhatIsGrantedAfterItsSessionEnded() throws Exception {
        start();
        RawSsh ssh = plain();
        gateway.leases.postpone();
        ssh.forward("app", 80);
        ssh.globalRequest("keepalive@openssh.com", false);
        assertThat(ssh.poll(Duration.ofMillis(200))).isNull();

        ssh.close();
        await().until(() -> gateway.frontend.sessionCount() == 0);
        gateway.leases.answer();

        await().until(() -> gateway.leases.releases().size() == 1);
        assertThat(gateway.tunnel("app")).isEmpty();
    }

    @Test
    void answersMalformedForwardsWithFailure() throws Exception {
        start();
        RawSsh ssh = plain();
        for (String request : List.of("tcpip-forward", "cancel-tcpip-forward")) {
            for (byte[] payload : MalformedPayloads.of(200)) {
                if (isValid(payload)) {
                    continue;
                }
                ssh.globalRequest(request, true, (Object) payload);
                ssh.read().expect(FAILURE);
            }
        }
        ssh.globalRequest("keepalive@openssh.com", true);
        ssh.read().expect(SUCCESS);
        assertThat(gateway.registry.all()).isEmpty();
    }

    @Test
    void survivesMalformedRequestsAndChannels() throws Exception {
        start();
        for (byte command : new byte[] {
            SshConstants.SSH_MSG_GLOBAL_REQUEST,
            SshConstants.SSH_MSG_CHANNEL_OPEN,
            SshConstants.SSH_MSG_CHANNEL_REQUEST,
            SshConstants.SSH_MSG_CHANNEL_DATA
        }) {
            RawSsh ssh = plain();
            for (byte[] payload : MalformedPayloads.of(20)) {
                Buffer message = ssh.message(command);
                message.putRawBytes(payload);
                ssh.send(message);
                if (!ssh.isOpen() || isDisconnected(ssh)) {
                    ssh.close();
                    ssh = plain();
                }
            }
        }
        RawSsh after = logIn(http("app"));
        after.forward("0.0.0.0", 20001);
        after.read().expect(SUCCESS);
    }

    @Test
    void refusesChannelsOtherThanOneTerminal() throws Exception {
        start();
        RawSsh ssh = plain();
        for (String type : List.of("direct-tcpip", "direct-streamlocal@openssh.com", "x11", "auth-agent@openssh.com")) {
            ssh.openChannel(type);
            ssh.read().expect(SshConstants.SSH_MSG_CHANNEL_OPEN_FAILURE);
        }
        ssh.openChannel("session");
        ssh.read().expect(SshConstants.SSH_MSG_CHANNEL_OPEN_CONFIRMATION);
        ssh.openChannel("session");
        ssh.read().expect(SshConstants.SSH_MSG_CHANNEL_OPEN_FAILURE);

        RawSsh portr = logIn(http("app"));
        portr.openChannel("session");
        portr.read().expect(SshConstants.SSH_MSG_CHANNEL_OPEN_FAILURE);
    }

    @Test
    void opensNoTerminalAfterNoMoreSessions() throws Exception {
        start();
        RawSsh ssh = plain();

        ssh.globalRequest("no-more-sessions@openssh.com", true);
        ssh.read().expect(SUCCESS);
        ssh.openChannel("session");

        ssh.read().expect(SshConstants.SSH_MSG_CHANNEL_OPEN_FAILURE);
    }

    @Test
    void freesHalfOpenSession() throws Exception {
        start("PORTR_SSH_HEARTBEAT_INTERVAL", "150ms", "PORTR_SSH_HEARTBEAT_MISSES", "3");
        RawSsh ssh = logIn(http("app"));
        ssh.forward("0.0.0.0", 20001);
        ssh.read().expect(SUCCESS);

        // From here on the client takes everything and says nothing.
        gateway.awaitNoTunnel("app");

        assertThat(gateway.leases.releases()).containsExactly("1 LOST");
        await().until(() -> gateway.frontend.sessionCount() == 0);
        assertThat(gateway.meters.counter("portr_ssh_heartbeat_losses_total").count())
                .isEqualTo(1);
        Buffer probe = ssh.read().expect(SshConstants.SSH_MSG_GLOBAL_REQUEST).body();
        assertThat(probe.getString()).isEqualTo("keepalive@openssh.com");
        assertThat(probe.getBoolean()).isTrue();
    }

    @Test
    void keepsSessionThatAnswersProbesWithFailure() throws Exception {
        start("PORTR_SSH_HEARTBEAT_INTERVAL", "100ms", "PORTR_SSH_HEARTBEAT_MISSES", "4");
        RawSsh ssh = logIn(http("app"));
        ssh.forward("0.0.0.0", 20001);
        ssh.read().expect(SUCCESS);

        for (int i = 0; i < 12; i++) {
            ssh.read().expect(SshConstants.SSH_MSG_GLOBAL_REQUEST);
            ssh.send(ssh.message(SshConstants.SSH_MSG_REQUEST_FAILURE));
        }

        assertThat(gateway.tunnel("app")).isPresent();
    }

    @Test
    void endsRevokedMembersWithReason() throws Exception {
        start();
        RawSsh withTunnel = logIn(http("app"));
        withTunnel.forward("0.0.0.0", 20001);
        withTunnel.read().expect(SUCCESS);
        RawSsh idle = plain();

        gateway.frontend.end(owner -> true, CloseReason.REVOKED);

        assertThat(withTunnel.read().expect(SshConstants.SSH_MSG_DISCONNECT).reason())
                .isEqualTo(CloseReason.REVOKED.sentence());
        idle.read().expect(SshConstants.SSH_MSG_DISCONNECT);
        gateway.awaitNoTunnel("app");
    }

    @Test
    void keepsSessionWhenOneOfItsTwoTunnelsIsCut() throws Exception {
        start();
        RawSsh ssh = plain();
        ssh.forward("one", 80);
        ssh.forward("two", 80);
        ssh.read().expect(SUCCESS);
        ssh.read().expect(SUCCESS);

        gateway.awaitTunnel("one").upstreams().getFirst().close(CloseReason.DISCONNECTED);
        ssh.globalRequest("keepalive@openssh.com", true);
        ssh.read().expect(SUCCESS);
        Tunnel two = gateway.awaitTunnel("two");
        two.upstreams().getFirst().close(CloseReason.DISCONNECTED);

        assertThat(ssh.read().expect(SshConstants.SSH_MSG_DISCONNECT).reason())
                .isEqualTo(CloseReason.DISCONNECTED.sentence());
    }

    @Test
    void capsForwardsOfSession() throws Exception {
        start("PORTR_SSH_MAX_FORWARDS_PER_SESSION", "2");
        RawSsh ssh = plain();
        for (String name : List.of("one", "two", "three")) {
            ssh.forward(name, 80);
        }

        ssh.read().expect(SUCCESS);
        ssh.read().expect(SUCCESS);
        ssh.read().expect(FAILURE);
    }

    @Test
    void drainsAtThePaceWithinTheGrace() throws Exception {
        start("PORTR_SSH_DRAIN_RATE", "10", "PORTR_SSH_DRAIN_GRACE", "10s");
        List<RawSsh> clients = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            RawSsh ssh = logIn(http("app" + i));
            ssh.forward("0.0.0.0", 20001);
            ssh.read().expect(SUCCESS);
            clients.add(ssh);
        }
        Upstream busy = gateway.awaitTunnel("app0").upstreams().getFirst();
        busy.begin();
        long began = System.nanoTime();

        var drained = gateway.frontend.drain().toCompletableFuture();
        for (RawSsh ssh : clients.subList(1, 4)) {
            assertThat(ssh.read().expect(SshConstants.SSH_MSG_DISCONNECT).reason())
                    .isEqualTo(CloseReason.SHUTDOWN.sentence());
        }
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(150));

        assertThat(drained).isNotDone();
        assertThat(gateway.frontend.sessionCount()).isEqualTo(1);
        busy.end();
        clients.getFirst().read().expect(SshConstants.SSH_MSG_DISCONNECT);
        drained.get(20, TimeUnit.SECONDS);
        assertThat(gateway.frontend.isListening()).isFalse();
        assertThat(gateway.leases.releases()).hasSize(4).allMatch(release -> release.endsWith("SHUTDOWN"));
    }

    private void start(String... variables) throws Exception {
        gateway = SshGateway.start(state, variables);
    }

    private String http(String subdomain) {
        return gateway.accounts.reserveHttp(SshGateway.KEY, subdomain) + ":" + SshGateway.KEY;
    }

    private RawSsh logIn(String user) throws IOException {
        RawSsh ssh = RawSsh.logIn(gateway.port(), user);
        open.add(ssh);
        return ssh;
    }

    private RawSsh plain() throws IOException {
        RawSsh ssh = RawSsh.connect(gateway.port());
        open.add(ssh);
        ssh.password(SshGateway.TEAM, SshGateway.KEY);
        ssh.read().expect(SshConstants.SSH_MSG_USERAUTH_SUCCESS);
        return ssh;
    }

    private static boolean isDisconnected(RawSsh ssh) {
        RawSsh.Message message = ssh.poll(Duration.ofMillis(50));
        while (message != null) {
            if (message.command() == SshConstants.SSH_MSG_DISCONNECT) {
                return true;
            }
            message = ssh.poll(Duration.ofMillis(1));
        }
        return false;
    }

    /** Whether a random payload happens to be right. */
    private static boolean isValid(byte[] payload) {
        return ForwardRequest.read(new ByteArrayBuffer(payload)).isPresent();
    }
}
