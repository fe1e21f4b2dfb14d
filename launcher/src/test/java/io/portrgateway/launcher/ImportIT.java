package io.portrgateway.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code gateway import} as a process. What an import does is tested in admin-server; here, that the command reaches it. */
@Timeout(120)
class ImportIT {

    @TempDir
    Path directory;

    @Test
    void passesTheCommandOnAndLeavesNoProcess() throws Exception {
        Path absent = directory.resolve("absent.db");

        Process run = run("--data", directory.resolve("data").toString(), "--from", "sqlite:" + absent);

        assertThat(run.exitValue()).as(output()).isEqualTo(1);
        assertThat(output()).contains("admin-server: there is no readable file " + absent);
        // the directory's lock and its database are free again
        assertThat(DataDirectory.remove(directory.resolve("data"))).isTrue();
    }

    @Test
    void saysWhatIsWrongWithTheCommandLine() throws Exception {
        Process run = run("--everything");

        assertThat(run.exitValue()).isEqualTo(2);
        assertThat(output()).contains("gateway: ").contains("./gateway import --help");
    }

    private Process run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Import.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("output").toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("PORTR_"));
        builder.environment().put("PORTR_GATEWAY_HOME", TestGateway.HOME.toString());
        Process process = builder.start();
        if (!process.waitFor(100, TimeUnit.SECONDS)) {
            process.destroy();
        }
        return process;
    }

    private String output() throws IOException {
        return Files.readString(directory.resolve("output"));
    }
}
