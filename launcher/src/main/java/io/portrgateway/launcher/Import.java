package io.portrgateway.launcher;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code gateway import}: admin-server's command of that name on the database of {@code gateway up}, which must not be up at
 * this moment. Ends with the exit code of that command.
 */
@Command(
        name = "gateway import",
        description = "Brings an existing Portr 1.0.18 database over; it is only read. Stop `gateway up` first.",
        footer = "Exit code: 0 all is here now, 3 done but some rows need a decision, 1 nothing was done,"
                + " 2 wrong command line",
        sortOptions = false,
        usageHelpAutoWidth = true)
public final class Import implements Callable<Integer> {

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Where database, keys and logs are kept (default: .gateway beside the script)")
    private Path data = Up.home().resolve(".gateway");

    @Option(
            names = "--from",
            paramLabel = "URL",
            defaultValue = "${env:PORTR_IMPORT_FROM:-}",
            required = true,
            description = "postgres://… or sqlite:/path/file.db (default: PORTR_IMPORT_FROM)")
    private String from = "";

    @Option(names = "--dry-run", description = "Do everything, then take it back: shows what would happen")
    private boolean dryRun;

    @Nullable
    @Option(names = "--report", paramLabel = "FILE", description = "Write the report as JSON too, to a new file")
    private Path report;

    @Option(
            names = "--history",
            paramLabel = "N",
            description = "Bring the newest N closed connections over as past ones (default: 0)")
    private int history;

    @Option(
            names = "--rename-team",
            paramLabel = "OLD=NEW",
            description = "Give a team another slug; may be given more than once")
    private List<String> renamedTeams = List.of();

    @SuppressWarnings("UnusedVariable") // picocli prints the help by itself
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Print this")
    private boolean help;

    /** Parses the command line, runs, and exits with the outcome. */
    public static void main(String[] args) {
        CommandLine line = new CommandLine(new Import());
        line.setParameterExceptionHandler((wrong, _) -> {
            System.err.println("gateway: " + wrong.getMessage() + " (see ./gateway import --help)");
            return 2;
        });
        System.exit(line.execute(args));
    }

    @Override
    public Integer call() {
        Gateway gateway = new Gateway(settings(), line -> System.err.println("  " + line));
        Runtime.getRuntime().addShutdownHook(new Thread(gateway::stop));
        try {
            // the URL may hold a password: not on the command line of another process
            return gateway.run(arguments(), Map.of("PORTR_IMPORT_FROM", from));
        } catch (StartException failed) {
            System.err.println("gateway: " + failed.line());
            return 1;
        } finally {
            gateway.stop();
        }
    }

    private List<String> arguments() {
        List<String> arguments = new ArrayList<>(List.of("import", "--history", Integer.toString(history)));
        if (dryRun) {
            arguments.add("--dry-run");
        }
        if (report != null) {
            arguments.addAll(List.of("--report", report.toString()));
        }
        renamedTeams.forEach(team -> arguments.addAll(List.of("--rename-team", team)));
        return arguments;
    }

    /** The command opens no port; the settings want some all the same. */
    private GatewaySettings settings() {
        return new GatewaySettings(
                Up.home(),
                data.toAbsolutePath().normalize(),
                InetAddress.getLoopbackAddress(),
                new Ports(8000, 8001, 2222, 8090, 8091),
                "localhost",
                "admin@localhost",
                System.getenv());
    }
}
