package io.portrgateway.tunnel;

import io.portrgateway.tunnel.config.ServerConfig;
import io.portrgateway.tunnel.config.Settings.Setting;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;

/** What the process does with its arguments and signals. Confined to the main thread and the shutdown hook. */
final class CommandLine {

    private static final int USAGE_EXIT_CODE = 2;
    private static final String USAGE = """
            usage: tunnel-server [--settings | --health | --warm-up | --version | --help]

              (no argument)  serve, on the settings of the environment variables PORTR_…
              --settings     print every setting with its default and meaning, as a markdown table
              --health       ask the running server, on its private port, whether it is ready; 0 when it is, else 1
              --warm-up      start on free ports of the loopback address without a database, answer a few requests and
                             stop: the training run of the JVM's start cache (java -XX:AOTCacheOutput=FILE … --warm-up)
              --version      print the version
            """;

    private final PrintStream out;
    private final PrintStream err;

    CommandLine(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** Answers the exit code; comes back only when the server has stopped or could not start. */
    int run(String[] arguments) throws InterruptedException {
        return switch (List.of(arguments)) {
            case List<String> none when none.isEmpty() -> serve(System.getenv());
            case List<String> one when one.equals(List.of("--settings")) -> print(settingsTable());
            case List<String> one when one.equals(List.of("--health")) -> HealthCheck.run(System.getenv(), out, err);
            case List<String> one when one.equals(List.of("--warm-up")) -> WarmUp.run(err);
            case List<String> one when one.equals(List.of("--version")) -> print(TunnelServer.version() + "\n");
            case List<String> one when one.equals(List.of("--help")) -> print(USAGE);
            default -> {
                err.print(USAGE);
                yield USAGE_EXIT_CODE;
            }
        };
    }

    private int print(String text) {
        out.print(text);
        out.flush();
        return 0;
    }

    private int serve(Map<String, String> environment) throws InterruptedException {
        try {
            TunnelServer server = TunnelServer.start(environment);
            CountDownLatch stopped = stopOnSignal(server);
            server.awaitReady();
            stopped.await();
            return 0;
        } catch (StartException failed) {
            err.println("tunnel-server: " + failed.getMessage());
            // Not through the shutdown hook: nothing was served yet, and the exit code must tell.
            Runtime.getRuntime().halt(failed.kind().exitCode());
            return failed.kind().exitCode();
        }
    }

    /** SIGTERM and SIGINT run the hook; the JVM would exit with 128 + signal, though all went as it was asked. */
    private static CountDownLatch stopOnSignal(TunnelServer server) {
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            server.stop();
                            stopped.countDown();
                            Runtime.getRuntime().halt(0);
                        },
                        "stop"));
        return stopped;
    }

    /** Every setting, in the order it is read; the text of {@code docs/settings.md} between its markers. */
    static String settingsTable() {
        return ServerConfig.read(Map.of()).declared().stream()
                .map(CommandLine::row)
                .collect(Collectors.joining("", "| Variable | Default | Meaning |\n| --- | --- | --- |\n", ""));
    }

    private static String row(Setting setting) {
        String shown = setting.defaultValue().isEmpty() ? "" : "`" + setting.defaultValue() + "`";
        return "| `" + setting.name() + "` | " + shown + " | " + sentence(setting.meaning()) + " |\n";
    }

    private static String sentence(String meaning) {
        String cell = meaning.replace("|", "\\|");
        return Character.toUpperCase(cell.charAt(0)) + cell.substring(1) + (cell.endsWith(".") ? "" : ".");
    }
}
