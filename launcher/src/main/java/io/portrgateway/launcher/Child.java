package io.portrgateway.launcher;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A process of ours with its log file. Thread-safe. */
final class Child {

    /** How a process is asked to end. */
    enum Signal {
        /** A server: finish what is in flight. */
        TERM,
        /** PostgreSQL: "fast", disconnect the clients and write everything. */
        INT
    }

    private final String name;
    private final Path log;
    private final Process process;

    private Child(String name, Path log, Process process) {
        this.name = name;
        this.log = log;
        this.process = process;
    }

    /** Starts {@code command} away from the terminal; its output goes to {@code log}, which starts empty. */
    static Child start(String name, List<String> command, Map<String, String> environment, Path directory, Path log)
            throws StartException {
        ProcessBuilder builder = new ProcessBuilder(Detached.command(command))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        builder.environment().clear();
        builder.environment().putAll(environment);
        try {
            return new Child(name, log, builder.start());
        } catch (IOException failed) {
            throw new StartException(name + " cannot be started: " + failed.getMessage(), failed);
        }
    }

    String name() {
        return name;
    }

    Path log() {
        return log;
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Completes when the process has ended, however it did. */
    CompletableFuture<Process> onExit() {
        return process.onExit();
    }

    /** One line about an end nobody asked for: the exit code, what the log says, and where to read more. */
    String epitaph() {
        return name + " ended (exit code " + process.exitValue() + "): " + LogFile.relevantLine(log) + " [" + log + "]";
    }

    /** Asks the process to end and waits; after {@code patience} it is killed. Idempotent. */
    void stop(Signal signal, Duration patience) {
        if (!process.isAlive()) {
            return;
        }
        try {
            switch (signal) {
                case TERM -> process.destroy();
                case INT -> new ProcessBuilder("sh", "-c", "kill -INT " + process.pid()).start();
            }
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor(5, TimeUnit.SECONDS);
            }
        } catch (IOException noShell) {
            process.destroyForcibly();
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
