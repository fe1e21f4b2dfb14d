package io.portrgateway.tunnel.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.portrgateway.tunnel.registry.CloseReason;
import io.portrgateway.tunnel.registry.ExchangeLine;
import io.portrgateway.tunnel.registry.Hostname;
import io.portrgateway.tunnel.registry.HttpBinding;
import io.portrgateway.tunnel.registry.Tunnel;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The OpenSSH client as people use it. */
@Timeout(60)
class OpenSshIT {

    @TempDir
    Path directory;

    private SshGateway gateway;
    private OpenSsh ssh;

    @BeforeEach
    void start() throws Exception {
        gateway = SshGateway.start(directory.resolve("state"));
        ssh = new OpenSsh(directory, gateway.port());
    }

    @AfterEach
    void stop() {
        ssh.close();
        gateway.close();
    }

    @Test
    void servesNamedForwardWithPassword() throws Exception {
        ssh.withPassword(SshGateway.KEY, "-N", "-R", "myapp:80:127.0.0.1:9", "acme@127.0.0.1");

        Tunnel tunnel = gateway.awaitTunnel("myapp");

        assertThat(tunnel.upstreams()).singleElement().matches(upstream -> upstream.keepsStreamsAlive());
        assertThat(gateway.count("portr_ssh_logins_total", "outcome", "ssh_password"))
                .isEqualTo(1);
    }

    @Test
    void showsWhatIsWrongWithATunnelOnTheTerminal() throws Exception {
        OpenSsh.Run run = ssh.withPassword(SshGateway.KEY, "-tt", "-R", "myapp:80:127.0.0.1:9", "acme@127.0.0.1");

        gateway.awaitTunnel("myapp").upstreams().getFirst().warn("port 30005 is not reachable");

        run.awaitOutput("port 30005 is not reachable");
    }

    @Test
    void servesNamedForwardWithPublicKey() throws Exception {
        Path key = ssh.generateKey("ed25519");
        gateway.accounts.addPublicKey(SshGateway.KEY, ssh.publicBlob(key));

        ssh.withKey(key, "-N", "-R", "myapp.tunnels.example:0:127.0.0.1:9", "acme@127.0.0.1");

        gateway.awaitTunnel("myapp");
        assertThat(gateway.count("portr_ssh_logins_total", "outcome", "ssh_key"))
                .isEqualTo(1);
    }

    @Test
    void servesRsaAndEcdsaKeys() throws Exception {
        for (String type : new String[] {"rsa", "ecdsa"}) {
            Path key = ssh.generateKey(type);
            gateway.accounts.addPublicKey(SshGateway.KEY, ssh.publicBlob(key));

            ssh.withKey(key, "-N", "-R", "with-" + type + ":80:127.0.0.1:9", "acme@127.0.0.1");

            gateway.awaitTunnel("with-" + type);
        }
    }

    @Test
    void deniesUnknownPublicKeyAndWrongPassword() throws Exception {
        Path key = ssh.generateKey("ed25519");

        OpenSsh.Run withKey = ssh.withKey(key, "-N", "-R", "myapp:80:127.0.0.1:9", "acme@127.0.0.1");
        OpenSsh.Run withPassword = ssh.withPassword("wrong", "-N", "-R", "myapp:80:127.0.0.1:9", "acme@127.0.0.1");

        assertThat(withKey.awaitExit()).isEqualTo(255);
        assertThat(withPassword.awaitExit()).isEqualTo(255);
        assertThat(withPassword.output()).contains("Permission denied");
        assertThat(gateway.registry.all()).isEmpty();
    }

    @Test
    void tellsThatDatabaseIsDown() throws Exception {
        gateway.accounts.setDown(true);

        OpenSsh.Run run = ssh.withPassword(SshGateway.KEY, "-N", "-R", "myapp:80:127.0.0.1:9", "acme@127.0.0.1");

        assertThat(run.awaitExit()).isEqualTo(255);
        assertThat(run.output()).contains("database is down, try again in a minute");
    }

    @Test
    void reportsAllocatedPortBack() throws Exception {
        OpenSsh.Run run = ssh.withPassword(SshGateway.KEY, "-N", "-R", "0:127.0.0.1:9", "acme@127.0.0.1");

        run.awaitOutput("Allocated port 30001 for remote forward to 127.0.0.1:9");

        assertThat(gateway.ports.listener(30001) != null).isTrue();
    }

    @Test
    void servesExactPortOfPoolAndRefusesOthers() throws Exception {
        ssh.withPassword(SshGateway.KEY, "-N", "-R", "30005:127.0.0.1:9", "acme@127.0.0.1");
        await().until(() -> gateway.ports.listener(30005) != null);

        OpenSsh.Run outside = ssh.withPassword(
                SshGateway.KEY, "-N", "-o", "ExitOnForwardFailure=yes", "-R", "30999:127.0.0.1:9", "acme@127.0.0.1");

        assertThat(outside.awaitExit()).isEqualTo(255);
        assertThat(outside.output()).contains("remote port forwarding failed for listen port 30999");
    }

    @Test
    void carriesSeveralForwardsInOneSession() throws Exception {
        OpenSsh.Run run = ssh.withPassword(
                SshGateway.KEY,
                "-N",
                "-R",
                "one:80:127.0.0.1:9",
                "-R",
                "two:80:127.0.0.1:9",
                "-R",
                "0:127.0.0.1:9",
                "-R",
                "0:127.0.0.1:10",
                "acme@127.0.0.1");

        gateway.awaitTunnel("one");
        gateway.awaitTunnel("two");
        run.awaitOutput("Allocated port 30002");
        assertThat(gateway.frontend.sessionCount()).isEqualTo(1);
    }

    @Test
    void showsUrlsProblemsAndRequestsInTerminal() throws Exception {
        OpenSsh.Run run = ssh.withPassword(
                SshGateway.KEY,
                "-tt",
                "-R",
                "myapp:80:127.0.0.1:9",
                "-R",
                "80:127.0.0.1:9",
                "-R",
                "30999:127.0.0.1:9",
                "acme@127.0.0.1");
        run.awaitOutput("https://myapp.tunnels.example");
        run.awaitOutput("port 30999: port 30999 is outside the range this gateway offers");
        assertThat(run.output()).containsPattern("https://[a-z]{6}\\.tunnels\\.example");

        gateway.awaitTunnel("myapp")
                .upstreams()
                .getFirst()
                .report(new ExchangeLine("myapp", "GET /a\u001b[2J\r\nb\u009b1m\u202e", 200, 12));

        run.awaitOutput("12 ms");
        assertThat(run.output()).contains("GET /a\\x1b[2J\\x0d\\x0ab\\x9b1m\\x202e");
        assertThat(run.output()).doesNotContain("\u001b[2J");
    }

    @Test
    void endsSessionOnControlC() throws Exception {
        OpenSsh.Run run = ssh.withPassword(SshGateway.KEY, "-tt", "-R", "myapp:80:127.0.0.1:9", "acme@127.0.0.1");
        run.awaitOutput("https://myapp.tunnels.example");

        run.type("\u0003");

        assertThat(run.awaitExit()).isZero();
        gateway.awaitNoTunnel("myapp");
        assertThat(gateway.leases.releases()).containsExactly("1 CLIENT");
    }

    @Test
    void takesInterruptedClientForGoodBye() throws Exception {
        OpenSsh.Run run = ssh.withPassword(SshGateway.KEY, "-N", "-R", "myapp:80:127.0.0.1:9", "acme@127.0.0.1");
        gateway.awaitTunnel("myapp");

        run.signal("INT");

        gateway.awaitNoTunnel("myapp");
        assertThat(gateway.leases.releases()).containsExactly("1 CLIENT");
    }

    @Test
    void takesKilledClientForLoss() throws Exception {
        OpenSsh.Run run = ssh.withPassword(SshGateway.KEY, "-N", "-R", "myapp:80:127.0.0.1:9", "acme@127.0.0.1");
        gateway.awaitTunnel("myapp");

        run.kill();

        gateway.awaitNoTunnel("myapp");
        assertThat(gateway.leases.releases()).containsExactly("1 LOST");
    }

    @Test
    void refusesCommandsInWords() throws Exception {
        OpenSsh.Run run = ssh.withPassword(SshGateway.KEY, "acme@127.0.0.1", "id");

        assertThat(run.awaitExit()).isEqualTo(1);
        assertThat(run.output()).contains("runs no commands");
    }

    @Test
    void refusesSubsystemsAndLocalForwards() throws Exception {
        OpenSsh.Run subsystem = ssh.withPassword(SshGateway.KEY, "-s", "acme@127.0.0.1", "sftp");
        OpenSsh.Run stdio = ssh.withPassword(SshGateway.KEY, "-W", "127.0.0.1:22", "acme@127.0.0.1");

        assertThat(subsystem.awaitExit()).isEqualTo(255);
        assertThat(subsystem.output()).contains("subsystem request failed");
        assertThat(stdio.awaitExit()).isEqualTo(255);
        assertThat(stdio.output()).contains("remote forwards (ssh -R) and nothing else");
    }

    @Test
    void tellsDisplacedSessionWhy() throws Exception {
        OpenSsh.Run older = ssh.withPassword(SshGateway.KEY, "-N", "-R", "myapp:80:127.0.0.1:9", "acme@127.0.0.1");
        Tunnel before = gateway.awaitTunnel("myapp");

        ssh.withPassword(SshGateway.KEY, "-N", "-R", "myapp:80:127.0.0.1:9", "acme@127.0.0.1");

        assertThat(older.awaitExit()).isEqualTo(255);
        assertThat(older.output()).contains(CloseReason.TAKEN_OVER.sentence());
        assertThat(gateway.awaitTunnel("myapp")).isNotSameAs(before);
    }

    @Test
    void refusesNameOfAnotherMemberAndSaysSo() throws Exception {
        ssh.withPassword(SshGateway.KEY, "-N", "-R", "myapp:80:127.0.0.1:9", "acme@127.0.0.1");
        Tunnel tunnel = gateway.awaitTunnel("myapp");

        OpenSsh.Run other =
                ssh.withPassword(SshGateway.OTHER_KEY, "-tt", "-R", "myapp:80:127.0.0.1:9", "acme@127.0.0.1");

        other.awaitOutput("myapp:80: in use");
        assertThat(gateway.tunnel("myapp")).containsSame(tunnel);
    }

    @Test
    void cancelsForwardAtTheClientsWish() throws Exception {
        Path control = directory.resolve("control");
        ssh.withPassword(
                SshGateway.KEY, "-N", "-M", "-S", control.toString(), "-R", "myapp:80:127.0.0.1:9", "acme@127.0.0.1");
        gateway.awaitTunnel("myapp");

        OpenSsh.Run cancel = ssh.withPassword(
                SshGateway.KEY,
                "-S",
                control.toString(),
                "-O",
                "cancel",
                "-R",
                "myapp:80:127.0.0.1:9",
                "acme@127.0.0.1");

        assertThat(cancel.awaitExit()).isZero();
        gateway.awaitNoTunnel("myapp");
        assertThat(gateway.frontend.sessionCount()).isEqualTo(1);
    }

    @Test
    void negotiatesWhatIsOfferedOnly() throws Exception {
        OpenSsh.Run run = ssh.withPassword(SshGateway.KEY, "-vv", "-N", "-R", "myapp:80:127.0.0.1:9", "acme@127.0.0.1");
        gateway.awaitTunnel("myapp");

        assertThat(run.output())
                .contains("remote software version PortrGateway")
                .contains("kex: algorithm: sntrup761x25519-sha512")
                .contains("kex: host key algorithm: ssh-ed25519")
                .contains("cipher: aes128-gcm@openssh.com")
                .contains("compression: none")
                .contains("kex-strict-s-v00@openssh.com")
                .doesNotContain("diffie-hellman-group14-sha1,ext-info-s");
    }

    @Test
    void tellsReasonWhenItDrains() throws Exception {
        OpenSsh.Run run = ssh.withPassword(SshGateway.KEY, "-N", "-R", "myapp:80:127.0.0.1:9", "acme@127.0.0.1");
        gateway.awaitTunnel("myapp");

        gateway.frontend.drain().toCompletableFuture().get(20, TimeUnit.SECONDS);

        assertThat(run.awaitExit()).isEqualTo(255);
        assertThat(run.output()).contains(CloseReason.SHUTDOWN.sentence());
        assertThat(gateway.leases.holder(new HttpBinding(new Hostname("myapp"))))
                .isEmpty();
        assertThat(gateway.leases.releases()).containsExactly("1 SHUTDOWN");
    }
}
