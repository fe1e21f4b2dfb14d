package io.portrgateway.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code gateway up} as a process, as the script starts it. */
@Timeout(120)
class UpIT {

    private static final Duration UP = Duration.ofSeconds(60);
    private static final Duration DOWN = Duration.ofSeconds(40);

    @TempDir
    Path directory;

    private final List<Process> launchers = new ArrayList<>();
    private Ports ports;

    @BeforeEach
    void choosePorts() throws IOException {
        ports = new Ports(Ports.free(), Ports.free(), Ports.free(), Ports.free(), Ports.free());
    }

    @AfterEach
    void endLaunchers() throws Exception {
        for (Process launcher : launchers) {
            launcher.destroy();
            launcher.waitFor(40, TimeUnit.SECONDS);
        }
    }

    @Test
    void saysHowToGoOnAndLeavesNoProcessAfterCtrlC() throws Exception {
        Process up = up("--data", data());
        awaitUp(up);

        assertThat(output())
                .contains("http://localhost:" + ports.admin())
                .containsPattern("portr auth set --token \\S{20,} --remote http://localhost:" + ports.admin())
                .contains("portr http 3000")
                .contains("ssh -p " + ports.ssh() + " -R myapp:80:localhost:3000 default-team@localhost")
                .contains("http://myapp.localhost:" + ports.http())
                .contains("Ctrl-C");
        List<ProcessHandle> children = up.descendants().toList();
        assertThat(children).hasSizeGreaterThanOrEqualTo(4);

        new ProcessBuilder("sh", "-c", "kill -INT " + up.pid()).start().waitFor();

        assertThat(up.waitFor(DOWN.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(up.exitValue()).isEqualTo(130);
        assertThat(children).noneMatch(ProcessHandle::isAlive);
    }

    @Test
    void leavesNoProcessWhenItIsKilled() throws Exception {
        Process up = up("--data", data());
        awaitUp(up);
        List<ProcessHandle> children = up.descendants().toList();

        up.destroyForcibly();

        await().atMost(DOWN).untilAsserted(() -> assertThat(children).noneMatch(ProcessHandle::isAlive));
    }

    @Test
    void stopsInTheMiddleOfTheStart() throws Exception {
        Process up = up("--data", data());
        await().atMost(UP).until(() -> output().contains("PostgreSQL is ready"));
        List<ProcessHandle> children = up.descendants().toList();

        up.destroy();

        assertThat(up.waitFor(DOWN.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(up.exitValue()).isEqualTo(143);
        assertThat(children).noneMatch(ProcessHandle::isAlive);
        assertThat(output()).doesNotContain("gateway: ");
    }

    @Test
    void endsTheRestAndSaysWhyWhenAServerDies() throws Exception {
        Process up = up("--data", data());
        awaitUp(up);
        List<ProcessHandle> children = up.descendants().toList();

        children.stream()
                .filter(child -> child.info().commandLine().orElse("").contains("admin-server-"))
                .forEach(ProcessHandle::destroyForcibly);

        assertThat(up.waitFor(DOWN.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(up.exitValue()).isEqualTo(1);
        assertThat(output()).contains("gateway: admin-server ended (exit code 137)");
        assertThat(children).noneMatch(ProcessHandle::isAlive);
    }

    @Test
    void namesThePortThatIsInUse() throws Exception {
        try (ServerSocket _ = new ServerSocket(ports.http(), 1, InetAddress.getLoopbackAddress())) {
            assertThat(failure(up("--data", data()), 1))
                    .contains("port " + ports.http() + " (HTTP tunnels) cannot be used")
                    .contains("--http-port");
        }
    }

    @Test
    void refusesAWrongOption() throws Exception {
        assertThat(failure(up("--prot", "1"), 2)).contains("Unknown option").contains("--help");
        assertThat(failure(up("--ssh-port", "x"), 2)).contains("--ssh-port");
    }

    @Test
    void refusesADatabaseNobodyAnswersAt() throws Exception {
        int nobody = Ports.free();
        assertThat(failure(
                        up(List.of("PORTR_DB_URL=postgres://me:hush@127.0.0.1:" + nobody + "/x"), "--data", data()), 1))
                .contains("127.0.0.1:" + nobody + "/x")
                .doesNotContain("hush");
    }

    @Test
    void showsAWrongSettingOfAServer() throws Exception {
        assertThat(failure(up(List.of("PORTR_RESERVED_SUBDOMAIN_LIMIT=many"), "--data", data()), 1))
                .contains("PORTR_RESERVED_SUBDOMAIN_LIMIT");
    }

    @Test
    void usesTheDatabaseOfTheUserAndStartsNoOther() throws Exception {
        try (DataDirectory elsewhere = DataDirectory.open(directory.resolve("elsewhere"))) {
            PostgresServer server = PostgresServer.prepare(elsewhere, line -> {});
            Child postgres = server.start();
            try {
                String url = server.awaitReady(postgres).owner();

                Process up = up(List.of("PORTR_DB_URL=" + url), "--data", data());
                awaitUp(up);

                assertThat(directory.resolve("data/postgres")).doesNotExist();
                up.destroy();
                assertThat(up.waitFor(DOWN.toSeconds(), TimeUnit.SECONDS)).isTrue();
                assertThat(postgres.isAlive()).isTrue();
            } finally {
                postgres.stop(Child.Signal.INT, DOWN);
            }
        }
    }

    @Test
    void removesTheDataOnlyWhenThatIsMeant() throws Exception {
        DataDirectory.open(directory.resolve("data")).close();

        assertThat(failure(up("--data", data(), "--reset"), 1)).contains("--yes");
        assertThat(directory.resolve("data")).exists();
    }

    private String data() {
        return directory.resolve("data").toString();
    }

    private Process up(String... arguments) throws IOException {
        return up(List.of(), arguments);
    }

    private Process up(List<String> environment, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Up.class.getName(),
                "--admin-port=" + ports.admin(),
                "--http-port=" + ports.http(),
                "--ops-port=" + ports.ops(),
                "--admin-ops-port=" + ports.adminOps()));
        if (!List.of(arguments).contains("--ssh-port")) {
            command.add("--ssh-port=" + ports.ssh());
        }
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("output").toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("PORTR_"));
        builder.environment().put("PORTR_GATEWAY_HOME", TestGateway.HOME.toString());
        environment.forEach(pair ->
                builder.environment().put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1)));
        Process process = builder.start();
        launchers.add(process);
        return process;
    }

    private void awaitUp(Process up) {
        await().atMost(UP)
                .failFast(() -> !up.isAlive())
                .untilAsserted(() -> assertThat(output()).contains("Started in "));
    }

    /** The one line of a run that failed. */
    private String failure(Process up, int exitCode) throws Exception {
        assertThat(up.waitFor(UP.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(up.exitValue()).as(output()).isEqualTo(exitCode);
        List<String> lines =
                output().lines().filter(line -> line.startsWith("gateway: ")).toList();
        assertThat(lines).hasSize(1);
        assertThat(output()).doesNotContain("\tat ");
        return lines.getFirst();
    }

    private String output() throws IOException {
        return Files.readString(directory.resolve("output"));
    }
}
