package io.portrgateway.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.tunnel.store.PostgresFixture;
import io.portrgateway.tunnel.store.PostgresServer.Role;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The server as a process of its own: arguments, signals, exit codes, log lines. */
@Timeout(120)
class CommandLineIT {

    @RegisterExtension
    static final PostgresFixture postgres = new PostgresFixture();

    private static final int LIFE_SECONDS = 60;

    @TempDir
    Path directory;

    private final List<Process> processes = new ArrayList<>();

    @AfterEach
    void endProcesses() throws InterruptedException {
        for (Process process : processes) {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void printsItsSettings() throws Exception {
        Process process = launch(Map.of(), "--settings");

        assertThat(output(process)).isEqualTo(CommandLine.settingsTable());
        assertThat(process.waitFor()).isZero();
    }

    @Test
    void refusesUnknownArguments() throws Exception {
        Process process = launch(Map.of(), "start");

        assertThat(output(process)).startsWith("usage: tunnel-server");
        assertThat(process.waitFor()).isEqualTo(2);
    }

    @Test
    void endsWithTwoAndTheSettingsNameOnAWrongSetting() throws Exception {
        Process process = launch(environment(Map.of("PORTR_SSH_PORT", "ssh")));

        assertThat(output(process))
                .isEqualTo("tunnel-server: wrong settings:\n"
                        + "  PORTR_SSH_PORT: \"ssh\" (expected: a whole number from 0 to 65535)\n");
        assertThat(process.waitFor()).isEqualTo(2);
    }

    @Test
    void endsWithThreeAndOneLineWhenAPortIsInUse() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Process process = launch(environment(Map.of("PORTR_PROXY_PORT", Integer.toString(taken.getLocalPort()))));

            assertThat(output(process).lines().filter(line -> line.startsWith("tunnel-server: ")))
                    .singleElement()
                    .asString()
                    .contains("PORTR_PROXY_PORT", Integer.toString(taken.getLocalPort()), "in use");
            assertThat(process.waitFor()).isEqualTo(3);
        }
    }

    @Test
    void endsWithFourAndTheReasonWhenTheDatabaseIsOfNoUse() throws Exception {
        String url = postgres.url(Role.TUNNEL)
                .replaceFirst("//[^@]*@", "//nobody:wrong-word@")
                .replaceFirst("/[^/]*$", "/nowhere");
        Process process = launch(environment(Map.of("PORTR_DB_URL", url, "PORTR_START_TIMEOUT", "3s")));

        String output = output(process);
        assertThat(output.lines().filter(line -> line.startsWith("tunnel-server: ")))
                .singleElement()
                .asString()
                .contains("the database cannot be reached: FATAL");
        assertThat(output).doesNotContain("wrong-word");
        assertThat(process.waitFor()).isEqualTo(4);
    }

    @Test
    void stopsWithZeroOnSigtermAndLogsJsonWhereAsked() throws Exception {
        Process process = launch(environment(Map.of("PORTR_LOG_FORMAT", "json")));
        List<String> lines = new ArrayList<>();
        BufferedReader reader = process.inputReader();
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            lines.add(line);
            if (line.contains("server.ready")) {
                process.toHandle().destroy();
            }
        }

        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        assertThat(lines)
                .allSatisfy(
                        line -> assertThat(line).startsWith("{").endsWith("}").contains("\"timestamp\":"))
                .anySatisfy(line -> assertThat(line).contains("\"formattedMessage\":\"server.stopped"));
    }

    @Test
    void warmsUpWithoutADatabase() throws Exception {
        Process process = launch(Map.of(), "--warm-up");

        assertThat(output(process)).contains("server.listening");
        assertThat(process.waitFor()).isZero();
    }

    @Test
    void tellsTheHealthOfTheRunningServer() throws Exception {
        try (TunnelServer server = TunnelServer.start(environment(Map.of()))) {
            server.awaitReady();
            String port = Integer.toString(server.opsAddress().getPort());

            Process process = launch(Map.of("PORTR_OPS_PORT", port, "PORTR_OPS_ADDRESS", "0.0.0.0"), "--health");

            assertThat(output(process)).startsWith("/readyz: HTTP/1.").contains(" 200 ");
            assertThat(process.waitFor()).isZero();
        }
    }

    private Map<String, String> environment(Map<String, String> more) {
        Map<String, String> environment = new HashMap<>(Map.of(
                "PORTR_DB_URL", postgres.url(Role.TUNNEL),
                "PORTR_SSH_ADDRESS", "127.0.0.1",
                "PORTR_SSH_PORT", "0",
                "PORTR_HTTP_ADDRESS", "127.0.0.1",
                "PORTR_PROXY_PORT", "0",
                "PORTR_OPS_PORT", "0",
                "PORTR_STATE_DIR", directory.toString(),
                "PORTR_SHUTDOWN_GRACE", "2s"));
        environment.putAll(more);
        return environment;
    }

    private Process launch(Map<String, String> environment, String... arguments) throws IOException {
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.endsWith("test-classes"))
                .collect(Collectors.joining(File.pathSeparator));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath,
                TunnelServer.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("PORTR_") || name.startsWith("JAVA_TOOL"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        processes.add(process);
        // Reading a pipe cannot be interrupted by a time-out; the end of the process ends it.
        CompletableFuture.delayedExecutor(LIFE_SECONDS, TimeUnit.SECONDS).execute(process::destroyForcibly);
        return process;
    }

    private static String output(Process process) throws IOException {
        try (BufferedReader reader = process.inputReader()) {
            return reader.lines().map(line -> line + "\n").collect(Collectors.joining());
        }
    }
}
