package io.portrgateway.admin;

import io.portrgateway.admin.settings.AdminSettings;
import io.portrgateway.admin.settings.Settings;
import io.portrgateway.admin.settings.StartProblem;
import java.util.List;
import java.util.Map;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Starts admin-server, or runs one of its commands.
 *
 * <p>Everything that keeps it from starting is said in one line each on standard error, with exit code 1 (2 for a wrong
 * command line).
 */
public final class AdminServer {

    private static final String USAGE = """
            Usage: java -jar admin-server.jar [command]

              (none)                       start the server; settings are environment variables
              migrate                      bring the database schema up to date, then end
              sign-in-link [--email X]     print a one-time sign-in link for X, or for the first superuser
              import [--from URL] …        bring an existing Portr 1.0.18 database over; import --help says how
              settings                     print the table of settings
              generate-encryption-key      print a new value for PORTR_ADMIN_ENCRYPTION_KEY
              health                       ask the running server, on its private port, whether it is ready; 0 when it
                                           is, else 1
              version                      print the version
              warm-up                      load everything without database and ports, then end: the training run of an
                                           ahead-of-time cache (java -XX:AOTCacheOutput=admin.aot -jar … warm-up)
            """;

    /** The same application without its ports, for a command beside a running server. */
    static final Map<String, Object> NO_PORTS = Map.of("server.port", -1, "management.server.port", -1);

    private AdminServer() {}

    public static void main(String[] arguments) {
        int exitCode = run(List.of(arguments), System.getenv());
        if (exitCode != 0) {
            System.exit(exitCode);
        }
    }

    /** Returns at once after a start; the server's threads keep the process alive. */
    static int run(List<String> arguments, Map<String, String> environment) {
        try {
            return command(arguments, environment);
        } catch (StartProblem problem) {
            problem.lines().forEach(line -> System.err.println("admin-server: " + line));
            return 1;
        }
    }

    /** Starts the server and answers its context; {@link StartProblem} when it cannot start. */
    static ConfigurableApplicationContext start(Map<String, String> environment) {
        return Application.start(settings(environment), Map.of());
    }

    private static int command(List<String> arguments, Map<String, String> environment) {
        switch (arguments.isEmpty() ? "start" : arguments.getFirst()) {
            case "start" -> start(environment);
            case "migrate" ->
                System.out.println(new Database(settings(environment).database()).migrate());
            case "sign-in-link" -> System.out.println(SignInLinkCommand.run(arguments, settings(environment)));
            case "import" -> {
                return ImportCommand.run(arguments.subList(1, arguments.size()), environment);
            }
            case "settings" -> System.out.print(settingsTable());
            case "generate-encryption-key" -> System.out.println(EncryptionKeys.generate());
            case "health" -> {
                return HealthCheck.run(environment, System.out, System.err);
            }
            case "version" -> System.out.println(version());
            case "warm-up" -> warmUp();
            default -> {
                System.err.print(USAGE);
                return 2;
            }
        }
        return 0;
    }

    private static void warmUp() {
        // Spring ends the process once everything is wired and before anything runs
        System.setProperty("spring.context.exit", "onRefresh");
        start(Map.of(
                "PORTR_DB_URL",
                "postgresql://127.0.0.1:1/none",
                "PORTR_ADMIN_ENCRYPTION_KEY",
                EncryptionKeys.generate()));
    }

    static AdminSettings settings(Map<String, String> environment) {
        Settings reader = new Settings(environment);
        AdminSettings settings = AdminSettings.read(reader);
        if (!reader.problems().isEmpty()) {
            throw new StartProblem(reader.problems());
        }
        return settings;
    }

    static String settingsTable() {
        Settings reader = new Settings(Map.of());
        AdminSettings.read(reader);
        ImportCommand.fromEnvironment(reader);
        StringBuilder table = new StringBuilder("| Variable | Default | Meaning |\n| --- | --- | --- |\n");
        for (Settings.Setting setting : reader.declared()) {
            String shown = setting.defaultValue().isEmpty() ? "–" : "`" + setting.defaultValue() + "`";
            table.append("| `%s` | %s | %s |%n"
                    .formatted(setting.name(), shown, setting.meaning().replace("|", "\\|")));
        }
        return table.toString();
    }

    static String version() {
        String version = AdminServer.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
