package io.portrgateway.launcher;

import java.io.Console;
import java.io.PrintStream;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * {@code gateway up}: the whole gateway on this machine until Ctrl-C.
 *
 * <p>Exit code 0 after nothing but a {@code --help} or {@code --reset} that was declined, 1 when something failed, 2 for
 * a wrong option; a signal ends it with the signal's own code, after everything was stopped in order.
 */
@Command(
        name = "gateway up",
        description = "Starts the whole gateway on this machine: a database, admin-server and tunnel-server.",
        sortOptions = false,
        usageHelpAutoWidth = true)
public final class Up implements Callable<Integer> {

    /** Set by the gateway script: where the built modules are. */
    private static final String HOME = "PORTR_GATEWAY_HOME";

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Where database, keys and logs are kept (default: .gateway beside the script)")
    private Path data = home().resolve(".gateway");

    @Option(names = "--reset", description = "Remove the data first; asks, unless --yes is given")
    private boolean reset;

    @Option(names = "--yes", description = "Answer yes")
    private boolean yes;

    @Option(
            names = "--admin-port",
            paramLabel = "PORT",
            defaultValue = "${env:PORTR_ADMIN_PORT:-8000}",
            description = "Dashboard and API (default: 8000)")
    private int adminPort;

    @Option(
            names = "--http-port",
            paramLabel = "PORT",
            defaultValue = "${env:PORTR_PROXY_PORT:-8001}",
            description = "HTTP tunnels (default: 8001)")
    private int httpPort;

    @Option(
            names = "--ssh-port",
            paramLabel = "PORT",
            defaultValue = "${env:PORTR_SSH_PORT:-2222}",
            description = "SSH, which clients connect to (default: 2222)")
    private int sshPort;

    @Option(
            names = "--ops-port",
            paramLabel = "PORT",
            defaultValue = "${env:PORTR_OPS_PORT:-0}",
            description = "Health and metrics of tunnel-server (default: 8090, or a free port when that is taken)")
    private int opsPort;

    @Option(
            names = "--admin-ops-port",
            paramLabel = "PORT",
            defaultValue = "${env:PORTR_ADMIN_OPS_PORT:-0}",
            description = "Health and metrics of admin-server (default: 8091, or a free port when that is taken)")
    private int adminOpsPort;

    @Option(
            names = "--domain",
            paramLabel = "NAME",
            defaultValue = "${env:PORTR_DOMAIN:-localhost}",
            description = "Tunnels appear as <name>.NAME (default: localhost)")
    private String domain = "localhost";

    @Option(
            names = "--email",
            paramLabel = "ADDRESS",
            defaultValue = "${env:PORTR_ADMIN_BOOTSTRAP_EMAIL:-admin@localhost}",
            description = "The first administrator (default: admin@localhost)")
    private String email = "admin@localhost";

    @Option(names = "--public", description = "Listen on all addresses; without it only this machine gets in")
    private boolean open;

    @SuppressWarnings("UnusedVariable") // picocli prints the help by itself
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Print this")
    private boolean help;

    /** Parses the command line, runs, and exits with the outcome. */
    public static void main(String[] args) {
        CommandLine line = new CommandLine(new Up());
        line.setParameterExceptionHandler(Up::wrongOption);
        System.exit(line.execute(args));
    }

    @Override
    public Integer call() {
        try {
            GatewaySettings settings = settings();
            if (reset && !resetData(settings.data())) {
                return 0;
            }
            return run(settings);
        } catch (StartException failed) {
            return failed(failed.line());
        }
    }

    private int run(GatewaySettings settings) throws StartException {
        long started = System.nanoTime();
        Gateway gateway = new Gateway(settings, line -> System.out.println("  " + line));
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            if (!gateway.isStopping()) {
                System.out.println("Stopping");
            }
            gateway.stop();
            stopped.countDown();
        }));
        System.out.println("Starting Portr Gateway in " + settings.data());
        try {
            Bootstrap bootstrap = gateway.start();
            System.out.print(Welcome.text(settings, bootstrap));
            System.out.printf(Locale.ROOT, "%n  Started in %.1f s.%n", (System.nanoTime() - started) / 1_000_000_000.0);
            String failure = gateway.failure().join();
            return failed(failure);
        } catch (StartException failure) {
            if (gateway.isStopping()) {
                // A signal: its handler is busy with the same things and ends this JVM.
                awaitQuietly(stopped);
                return 1;
            }
            throw failure;
        } finally {
            gateway.stop();
        }
    }

    private GatewaySettings settings() throws StartException {
        Path directory = data.toAbsolutePath().normalize();
        Ports ports =
                new Ports(adminPort, httpPort, sshPort, Ports.orFree(opsPort, 8090), Ports.orFree(adminOpsPort, 8091));
        ports.requireValid();
        return new GatewaySettings(
                home(),
                directory,
                InetAddress.ofLiteral(open ? "0.0.0.0" : "127.0.0.1"),
                ports,
                domain.replaceFirst(":\\d+$", "").toLowerCase(Locale.ROOT),
                email,
                System.getenv());
    }

    @SuppressWarnings("SystemConsoleNull") // it still is null when the JDK's console provider says so
    private boolean resetData(Path directory) throws StartException {
        if (!yes) {
            @Nullable Console console = System.console();
            if (console == null || !console.isTerminal()) {
                throw new StartException("--reset removes " + directory + ": add --yes to say that this is meant");
            }
            @Nullable String answer = console.readLine("Remove the database, keys and logs in %s? [y/N] ", directory);
            if (answer == null || !answer.strip().toLowerCase(Locale.ROOT).startsWith("y")) {
                System.out.println("Nothing was removed.");
                return false;
            }
        }
        System.out.println(
                DataDirectory.remove(directory) ? "Removed " + directory : "Nothing to remove in " + directory);
        return true;
    }

    static Path home() {
        return Path.of(System.getenv().getOrDefault(HOME, System.getProperty("user.dir")))
                .toAbsolutePath();
    }

    private static int failed(String line) {
        return report(System.err, line, 1);
    }

    private static int wrongOption(ParameterException wrong, String[] args) {
        return report(System.err, wrong.getMessage() + " (see ./gateway up --help)", 2);
    }

    private static int report(PrintStream stream, String line, int exitCode) {
        stream.println("gateway: " + line.lines().findFirst().orElse("failed"));
        return exitCode;
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
