package io.portrgateway.tunnel.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.portrgateway.tunnel.registry.TunnelId;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.kex.BuiltinDHFactories;
import org.apache.sshd.common.kex.KexProposalOption;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Log-in as it goes over the wire, and what limits it. */
@Timeout(60)
class LoginIT {

    @TempDir
    Path state;

    private SshGateway gateway;
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable closeable : open) {
            closeable.close();
        }
        if (gateway != null) {
            gateway.close();
        }
    }

    @Test
    void identifiesItselfWithoutLookingLikeOldOpenSsh() throws Exception {
        start();

        assertThat(connect().serverVersion()).isEqualTo("SSH-2.0-PortrGateway");
    }

    @Test
    void offersModernAlgorithmsAndStrictKeyExchangeOnly() throws Exception {
        start();

        RawSsh ssh = connect();

        assertThat(ssh.offered(KexProposalOption.ALGORITHMS).split(","))
                .contains("mlkem768x25519-sha256", "sntrup761x25519-sha512@openssh.com", "curve25519-sha256")
                .contains("ecdh-sha2-nistp256", "kex-strict-s-v00@openssh.com")
                .noneMatch(name -> name.startsWith("diffie-hellman"));
        assertThat(ssh.offered(KexProposalOption.SERVERKEYS)).isEqualTo("ssh-ed25519");
        assertThat(ssh.offered(KexProposalOption.S2CENC)).isEqualTo("aes128-gcm@openssh.com,aes256-gcm@openssh.com");
        assertThat(ssh.offered(KexProposalOption.S2CMAC))
                .isEqualTo("hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com");
        assertThat(ssh.offered(KexProposalOption.S2CCOMP)).isEqualTo("none");
    }

    @Test
    void exchangesKeysWithEveryMethodOfTheClients() throws Exception {
        start();
        for (BuiltinDHFactories method : List.of(
                BuiltinDHFactories.mlkem768x25519,
                BuiltinDHFactories.sntrup761x25519_openssh,
                BuiltinDHFactories.curve25519,
                BuiltinDHFactories.ecdhp256,
                BuiltinDHFactories.ecdhp384,
                BuiltinDHFactories.ecdhp521)) {
            try (RawSsh ssh = RawSsh.connect(gateway.port(), method)) {
                assertThat(ssh.negotiated(KexProposalOption.ALGORITHMS)).isEqualTo(method.getName());
            }
        }
    }

    @Test
    void offersOtherCiphersWhenToldTo() throws Exception {
        start("PORTR_SSH_CIPHERS", "aes256-ctr,chacha20-poly1305@openssh.com");

        assertThat(connect().offered(KexProposalOption.C2SENC)).isEqualTo("aes256-ctr,chacha20-poly1305@openssh.com");
    }

    @Test
    void answersNoneWithTheMethodsThatCanWork() throws Exception {
        start();
        RawSsh portr = connect();
        RawSsh plain = connect();

        portr.none("01ABC:key");
        plain.none(SshGateway.TEAM);

        assertThat(failure(portr)).isEqualTo("password");
        assertThat(failure(plain)).isEqualTo("publickey,password");
    }

    @Test
    void logsPortrClientInWithEmptyPasswordSeveralTimes() throws Exception {
        start();
        TunnelId id = gateway.accounts.reserveHttp(SshGateway.KEY, "app");
        String user = id + ":" + SshGateway.KEY;

        for (int i = 0; i < 3; i++) {
            RawSsh ssh = connect();
            ssh.none(user);
            failure(ssh);
            ssh.password(user, "");
            ssh.read().expect(SshConstants.SSH_MSG_USERAUTH_SUCCESS);
        }

        assertThat(gateway.frontend.owners()).hasSize(3);
        assertThat(gateway.count("portr_ssh_logins_total", "outcome", "portr")).isEqualTo(3);
    }

    @Test
    void deniesWrongKeyUnknownIdAndMalformedIdAlike() throws Exception {
        start();
        TunnelId id = gateway.accounts.reserveHttp(SshGateway.KEY, "app");

        for (String user : List.of(
                id + ":wrong",
                id + ":" + SshGateway.OTHER_KEY,
                "01AAAAAAAAAAAAAAAAAAAAAAAA:" + SshGateway.KEY,
                ":" + SshGateway.KEY,
                "x:y:z",
                ":")) {
            RawSsh ssh = connect();
            ssh.password(user, "");
            assertThat(failure(ssh)).isEqualTo("password");
        }
    }

    @Test
    void deniesKeyThatWasClaimedButNotProven() throws Exception {
        start();
        KeyPair registered = KeyUtils.generateKeyPair("ssh-ed25519", 256);
        KeyPair own = KeyUtils.generateKeyPair("ssh-ed25519", 256);
        gateway.accounts.addPublicKey(SshGateway.KEY, blob(registered));
        RawSsh ssh = connect();

        ssh.offer(SshGateway.TEAM, registered);
        ssh.read().expect(SshConstants.SSH_MSG_USERAUTH_PK_OK);
        ssh.sign(SshGateway.TEAM, registered, own);
        failure(ssh);
        ssh.sign(SshGateway.TEAM, own, own);
        failure(ssh);
        ssh.sign("other-team", registered, registered);

        assertThat(ssh.read().expect(SshConstants.SSH_MSG_DISCONNECT).reason()).contains("user name cannot change");
        assertThat(gateway.frontend.owners()).isEmpty();
    }

    @Test
    void acceptsProvenKey() throws Exception {
        start();
        KeyPair registered = KeyUtils.generateKeyPair("ssh-ed25519", 256);
        gateway.accounts.addPublicKey(SshGateway.KEY, blob(registered));
        RawSsh ssh = connect();

        ssh.sign(SshGateway.TEAM, registered, registered);

        ssh.read().expect(SshConstants.SSH_MSG_USERAUTH_SUCCESS);
    }

    @Test
    void refusesPublicKeyForPortrUserName() throws Exception {
        start();
        KeyPair key = KeyUtils.generateKeyPair("ssh-ed25519", 256);
        RawSsh ssh = connect();

        ssh.offer("01ABC:key", key);

        assertThat(failure(ssh)).isEqualTo("password");
        assertThat(gateway.accounts.questionCount()).isZero();
    }

    @Test
    void saysThatDatabaseIsDownInsteadOfWrongKey() throws Exception {
        start();
        TunnelId id = gateway.accounts.reserveHttp(SshGateway.KEY, "app");
        gateway.accounts.setDown(true);
        RawSsh ssh = connect();

        ssh.password(id + ":" + SshGateway.KEY, "");

        assertThat(ssh.read().expect(SshConstants.SSH_MSG_DISCONNECT).reason())
                .isEqualTo("the gateway's database is down, try again in a minute");
    }

    @Test
    void decidesRequestsThatOverlapInTheirOrder() throws Exception {
        start();
        CompletableFuture<Void> gate = new CompletableFuture<>();
        gateway.accounts.answerAfter(gate);
        RawSsh ssh = connect();

        ssh.password(SshGateway.TEAM, "wrong");
        ssh.none(SshGateway.TEAM);
        ssh.password(SshGateway.TEAM, SshGateway.KEY);
        gate.complete(null);

        failure(ssh);
        failure(ssh);
        ssh.read().expect(SshConstants.SSH_MSG_USERAUTH_SUCCESS);
    }

    @Test
    void endsSessionAfterTooManyTries() throws Exception {
        start("PORTR_SSH_MAX_LOGIN_TRIES", "2");
        RawSsh ssh = connect();

        for (int i = 0; i < 2; i++) {
            ssh.password(SshGateway.TEAM, "wrong");
            failure(ssh);
        }
        ssh.password(SshGateway.TEAM, SshGateway.KEY);

        assertThat(ssh.read().expect(SshConstants.SSH_MSG_DISCONNECT).reason()).contains("too many log-in attempts");
    }

    @Test
    void servesLogInOncePerSession() throws Exception {
        start();
        RawSsh ssh = connect();
        Buffer again = ssh.message(SshConstants.SSH_MSG_SERVICE_REQUEST);
        again.putString("ssh-userauth");

        ssh.send(again);

        ssh.read().expect(SshConstants.SSH_MSG_DISCONNECT);
    }

    @Test
    void refusesConnectionServiceBeforeLogIn() throws Exception {
        start();
        RawSsh request = connect();
        Buffer early = request.message(SshConstants.SSH_MSG_SERVICE_REQUEST);
        early.putString("ssh-connection");

        request.send(early);

        request.read().expect(SshConstants.SSH_MSG_DISCONNECT);

        RawSsh forward = connect();
        forward.forward("0.0.0.0", 20001);
        forward.read().expect(SshConstants.SSH_MSG_DISCONNECT);
        assertThat(gateway.registry.all()).isEmpty();
    }

    @Test
    void endsConnectionsThatDoNotLogInInTime() throws Exception {
        start("PORTR_SSH_LOGIN_GRACE", "300ms");
        Socket silent = socket();
        RawSsh half = connect();

        assertThat(half.read().expect(SshConstants.SSH_MSG_DISCONNECT).reason()).contains("took too long");
        silent.setSoTimeout(10_000);
        assertThat(new String(silent.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
                .startsWith("SSH-2.0-PortrGateway\r\n");
        await().until(() -> gateway.frontend.sessionCount() == 0);
        assertThat(gateway.count("portr_ssh_logins_total", "outcome", "timed_out"))
                .isEqualTo(2);
    }

    @Test
    void capsConnectionsThatAreNotLoggedIn() throws Exception {
        start("PORTR_SSH_MAX_UNAUTHENTICATED_PER_ADDRESS", "2");
        RawSsh.logIn(gateway.port(), user("one"));
        Socket first = socket();
        Socket second = socket();
        assertThat(isServed(first)).isTrue();
        assertThat(isServed(second)).isTrue();

        assertThat(isServed(socket())).isFalse();

        first.close();
        await().until(() -> isServed(socket()));
        assertThat(gateway.count("portr_ssh_refusals_total", "limit", "unauthenticated_per_address"))
                .isPositive();
    }

    @Test
    void capsConnectionsThatAreNotLoggedInInTotal() throws Exception {
        start("PORTR_SSH_MAX_UNAUTHENTICATED", "1");
        assertThat(isServed(socket())).isTrue();

        assertThat(isServed(socket())).isFalse();
    }

    @Test
    void refusesAddressThatUsedUpItsFailures() throws Exception {
        start("PORTR_SSH_LOGIN_FAILURES_PER_MINUTE", "2");
        RawSsh ssh = connect();
        ssh.password(SshGateway.TEAM, "wrong");
        failure(ssh);
        ssh.password(SshGateway.TEAM, "wrong");
        failure(ssh);

        ssh.password(SshGateway.TEAM, SshGateway.KEY);

        assertThat(ssh.read().expect(SshConstants.SSH_MSG_DISCONNECT).reason()).contains("too many failed log-ins");
        assertThat(isServed(socket())).isFalse();
    }

    @Test
    void capsSessionsOfMember() throws Exception {
        start("PORTR_SSH_MAX_SESSIONS_PER_MEMBER", "2");
        RawSsh first = track(RawSsh.logIn(gateway.port(), user("app")));
        track(RawSsh.logIn(gateway.port(), user("app2")));

        RawSsh third = connect();
        third.password(user("app3"), "");
        assertThat(third.read().expect(SshConstants.SSH_MSG_DISCONNECT).reason())
                .contains("too many open sessions");

        first.close();
        await().until(() -> gateway.frontend.owners().size() == 1);
        track(RawSsh.logIn(gateway.port(), user("app4")));
    }

    @Test
    void survivesMalformedLogIns() throws Exception {
        start();
        for (byte[] payload : MalformedPayloads.of(60)) {
            RawSsh ssh = connect();
            Buffer request = ssh.message(SshConstants.SSH_MSG_USERAUTH_REQUEST);
            request.putRawBytes(payload);
            ssh.send(request);
            assertThat(ssh.read().command())
                    .isIn((int) SshConstants.SSH_MSG_DISCONNECT, (int) SshConstants.SSH_MSG_USERAUTH_FAILURE);
            ssh.close();
        }
        assertThat(gateway.frontend.owners()).isEmpty();
    }

    @Test
    void logsNeitherUserNameNorKey() throws Exception {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        Level before = root.getLevel();
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        root.addAppender(lines);
        root.setLevel(Level.INFO);
        try {
            start();
            RawSsh ssh = track(RawSsh.logIn(gateway.port(), user("app")));
            ssh.forward("0.0.0.0", 20001);
            ssh.read().expect(SshConstants.SSH_MSG_REQUEST_SUCCESS);
            RawSsh denied = connect();
            denied.password("01ABC:" + SshGateway.KEY, "");
            failure(denied);
            denied.password("another:" + SshGateway.KEY, "");
            denied.read().expect(SshConstants.SSH_MSG_DISCONNECT);
            gateway.frontend.close();
        } finally {
            root.detachAppender(lines);
            root.setLevel(before);
        }
        assertThat(List.copyOf(lines.list))
                .isNotEmpty()
                .noneMatch(line -> line.getFormattedMessage().contains(SshGateway.KEY));
    }

    private void start(String... variables) throws Exception {
        gateway = SshGateway.start(state, variables);
    }

    private String user(String subdomain) {
        return gateway.accounts.reserveHttp(SshGateway.KEY, subdomain) + ":" + SshGateway.KEY;
    }

    private RawSsh connect() throws IOException {
        return track(RawSsh.connect(gateway.port()));
    }

    private <T extends AutoCloseable> T track(T closeable) {
        open.add(closeable);
        return closeable;
    }

    private Socket socket() throws IOException {
        return track(new Socket("127.0.0.1", gateway.port()));
    }

    private static boolean isServed(Socket socket) throws IOException {
        socket.setSoTimeout(10_000);
        try {
            return socket.getInputStream().read() == 'S';
        } catch (IOException reset) {
            return false;
        }
    }

    private static String failure(RawSsh ssh) {
        return ssh.read().expect(SshConstants.SSH_MSG_USERAUTH_FAILURE).body().getString();
    }

    private static byte[] blob(KeyPair key) {
        Buffer buffer = new ByteArrayBuffer();
        buffer.putRawPublicKey(key.getPublic());
        return buffer.getCompactData();
    }
}
