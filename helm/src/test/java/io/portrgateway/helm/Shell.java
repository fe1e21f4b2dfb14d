package io.portrgateway.helm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs scripts as the containers do: with bash, as a user that is not root, with nothing in the environment but what is
 * given. Immutable.
 */
record Shell(Path directory, Map<String, String> environment) {

    private static final String NOBODY = "65534";
    private static final long TIMEOUT_SECONDS = 60;

    /** How a script ended. */
    record Result(int exitCode, String output) {}

    Shell with(Map<String, String> more) {
        Map<String, String> all = new LinkedHashMap<>(environment);
        all.putAll(more);
        return new Shell(directory, all);
    }

    /** Output of a script that must succeed. */
    String run(String script) throws IOException {
        Result result = tried(script);
        if (result.exitCode() != 0) {
            throw new IOException(script + "\nended with " + result.exitCode() + ":\n" + result.output());
        }
        return result.output();
    }

    /** One of the chart's scripts, which must succeed. */
    String runFile(String interpreter, String name) throws IOException {
        return run(interpreter + " " + Chart.DIRECTORY.resolve("files/" + name));
    }

    Result tryFile(String interpreter, String name) throws IOException {
        return tried(interpreter + " " + Chart.DIRECTORY.resolve("files/" + name));
    }

    Result tried(String script) throws IOException {
        List<String> command = new ArrayList<>();
        if ("root".equals(System.getProperty("user.name"))) {
            command.addAll(List.of("setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"));
        }
        command.addAll(List.of("bash", "-euc", script));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(environment);
        Path log = Files.createTempFile("shell", ".log");
        builder.redirectOutput(log.toFile());
        Process process = builder.start();
        try {
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("still running after " + TIMEOUT_SECONDS + " s: " + script);
            }
            String output = Files.readString(log, StandardCharsets.UTF_8);
            return new Result(process.exitValue(), output);
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        } finally {
            Files.deleteIfExists(log);
        }
    }
}
