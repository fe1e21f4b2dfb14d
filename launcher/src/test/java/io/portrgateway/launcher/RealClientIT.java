package io.portrgateway.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The real {@code portr} programs, where the environment variables {@code PORTR_BINARY} (v1) and {@code PORTR_BETA_BINARY} name
 * them; skipped, with these words, where they do not.
 */
@Timeout(180)
class RealClientIT {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final Pattern TCP_ADDRESS = Pattern.compile("localhost:(3\\d{4}|40000)");

    @TempDir
    Path directory;

    private final List<Process> clients = new ArrayList<>();
    private TestGateway gateway;
    private LocalService service;
    private LocalService echo;

    @BeforeEach
    void startServices() throws IOException {
        service = LocalService.http("mine");
        echo = LocalService.echo();
    }

    @AfterEach
    void stop() throws Exception {
        for (Process client : clients) {
            client.destroy();
            client.waitFor(10, TimeUnit.SECONDS);
        }
        if (gateway != null) {
            gateway.close();
        }
        service.close();
        echo.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PORTR_BINARY", "PORTR_BETA_BINARY"})
    void carriesEverythingForARealClient(String variable) throws Exception {
        String binary = binary(variable);
        gateway = TestGateway.start(directory.resolve("data"));
        signIn(binary);
        Process http = tunnel(binary, "http", service.port(), "real");
        await().atMost(SOON)
                .failFast(() -> !http.isAlive())
                .until(() -> gateway.visitor().status(gateway.host("real")) == 200);

        assertThat(gateway.visitor().post(gateway.host("real"), "/a?b=c", "x=1").body())
                .isEqualTo("mine POST /a?b=c x=1");
        assertThat(gateway.visitor().webSocketEcho(gateway.host("real"), "hello"))
                .isEqualTo("hello");

        // Only one at a time: the beta's own inspector listens on a fixed port.
        http.destroy();
        http.waitFor();
        Process tcp = tunnel(binary, "tcp", echo.port(), "");
        int port =
                await().atMost(SOON).failFast(() -> !tcp.isAlive()).until(() -> publicPort("tcp"), found -> found > 0);
        assertThat(Visitor.tcpEchoKeptOpen(port, "hello")).isEqualTo("hello");
    }

    @ParameterizedTest
    @ValueSource(strings = "PORTR_BINARY")
    void comesBackAfterARestart(String variable) throws Exception {
        String binary = binary(variable);
        gateway = TestGateway.start(directory.resolve("data"));
        signIn(binary);
        Process http = tunnel(binary, "http", service.port(), "real");
        await().atMost(SOON).until(() -> gateway.visitor().status(gateway.host("real")) == 200);

        gateway.stop();
        gateway.start();

        await().atMost(Duration.ofSeconds(60))
                .failFast(() -> !http.isAlive())
                .until(() -> gateway.visitor().status(gateway.host("real")) == 200);
    }

    private static String binary(String variable) {
        String binary = System.getenv().getOrDefault(variable, "");
        assumeThat(binary)
                .as(variable + " names no portr client: this is not tried")
                .isNotEmpty();
        return binary;
    }

    private void signIn(String binary) throws Exception {
        Process auth = run(
                "auth",
                binary,
                "auth",
                "set",
                "--token",
                gateway.bootstrap().secretKey(),
                "--remote",
                gateway.settings().serverUrl());
        assertThat(auth.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(auth.exitValue()).as(output("auth")).isZero();
    }

    // Through a configuration file of its own: the command line differs between the generations.
    private Process tunnel(String binary, String kind, int localPort, String subdomain) throws IOException {
        String downloaded = Files.readString(directory.resolve(".portr/config.yaml"));
        Path config = directory.resolve(kind + ".yaml");
        Files.writeString(config, downloaded.substring(0, downloaded.indexOf("tunnels:")));
        Files.writeString(config, """
                disable_tui: true
                disable_dashboard: true
                disable_update_check: true
                tunnels:
                  - name: test
                    type: %s
                    host: 127.0.0.1
                    port: %d
                    subdomain: "%s"
                """.formatted(kind, localPort, subdomain), StandardOpenOption.APPEND);
        return run(kind, binary, "-c", config.toString(), "start", "test");
    }

    private int publicPort(String name) {
        Matcher matcher = TCP_ADDRESS.matcher(output(name));
        while (matcher.find()) {
            int port = Integer.parseInt(matcher.group(1));
            if (port != echo.port()) {
                return port;
            }
        }
        return 0;
    }

    private Process run(String name, String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve(name + ".out").toFile());
        builder.environment().put("HOME", directory.toString());
        builder.environment()
                .keySet()
                .removeIf(
                        variable -> variable.toLowerCase(java.util.Locale.ROOT).endsWith("_proxy"));
        Process process = builder.start();
        clients.add(process);
        return process;
    }

    private String output(String name) {
        try {
            return Files.readString(directory.resolve(name + ".out"));
        } catch (IOException unreadable) {
            return unreadable.toString();
        }
    }
}
