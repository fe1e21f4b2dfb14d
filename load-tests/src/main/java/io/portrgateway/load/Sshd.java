package io.portrgateway.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** The baseline: OpenSSH's own server, a remote forward through which nothing is parsed. */
final class Sshd implements Server {

    private final Process process;
    private final int port;
    private final OpenSsh ssh;

    Sshd(Path folder, OpenSsh ssh) throws IOException, InterruptedException {
        this.ssh = ssh;
        port = Tools.freePort();
        Path root = Files.createDirectories(folder.resolve("sshd"));
        Path hostKey = root.resolve("host");
        Tools.run(
                Duration.ofSeconds(10),
                Tools.require("ssh-keygen"),
                "-q",
                "-t",
                "ed25519",
                "-N",
                "",
                "-f",
                hostKey.toString());
        Path config = root.resolve("sshd_config");
        Files.writeString(config, """
                ListenAddress 127.0.0.1
                Port %d
                HostKey %s
                PidFile none
                AuthorizedKeysFile %s
                StrictModes no
                UsePAM no
                PasswordAuthentication no
                KbdInteractiveAuthentication no
                PermitRootLogin yes
                AllowTcpForwarding yes
                GatewayPorts clientspecified
                MaxStartups 1000
                LogLevel ERROR
                """.formatted(port, hostKey, ssh.publicKey()));
        if (Files.isWritable(Path.of("/run"))) {
            Files.createDirectories(Path.of("/run/sshd"));
        }
        process = new ProcessBuilder(Tools.require("sshd"), "-D", "-e", "-f", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(root.resolve("out.log").toFile())
                .start();
        Tools.awaitListening(port, Duration.ofSeconds(10));
    }

    @Override
    public String name() {
        return "sshd -R";
    }

    @Override
    public long pid() {
        return process.pid();
    }

    @Override
    public OpenTunnel open(Kind kind, int originPort, String cipher) throws IOException, InterruptedException {
        return openThrough(port, originPort, cipher);
    }

    /** Opens the tunnel through another port, such as a delay proxy's. */
    OpenTunnel openThrough(int sshPort, int originPort, String cipher) throws IOException, InterruptedException {
        int visitorPort = Tools.freePort();
        OpenSsh.Client client = ssh.forward(
                sshPort,
                System.getProperty("user.name"),
                "",
                cipher,
                "127.0.0.1:" + visitorPort + ":127.0.0.1:" + originPort);
        Tools.awaitListening(visitorPort, Duration.ofSeconds(20));
        return new OpenTunnel(visitorPort, "127.0.0.1", client);
    }

    int sshPort() {
        return port;
    }

    @Override
    public void close() {
        Tools.end(process);
    }
}
