package io.portrgateway.admin;

import io.portrgateway.admin.imports.ImportReport;
import io.portrgateway.admin.imports.Imports;
import io.portrgateway.admin.imports.Origin;
import io.portrgateway.admin.settings.Secret;
import io.portrgateway.admin.settings.Settings;
import io.portrgateway.admin.settings.StartProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.json.JsonMapper;

/** The command {@code import}: its command line, its report, its exit codes. */
final class ImportCommand {

    private static final String USAGE = """
            Usage: java -jar admin-server.jar import [--from URL] [options]

            Brings users, teams, memberships with their keys, reserved names, client templates and auto sign-up of a
            Portr 1.0.18 database over into the database of PORTR_DB_URL. The old database is only read. What is here
            already is never changed; a second run adds only what is missing. See docs/migrating-from-portr.md.

              --from URL               postgres://… or sqlite:/path/file.db; PORTR_IMPORT_FROM when not given
              --dry-run                do everything, then take it back: shows what would happen
              --report FILE            write the report as JSON too; the file must not be there yet
              --history N              bring the newest N closed connections over as past ones (0-100000, default 0)
              --rename-team OLD=NEW    give a team another slug; may be given more than once

            Exit code: 0 all is here now, 3 done but some rows need a decision, 1 nothing was done, 2 wrong command line
            """;

    private static final String FROM = "PORTR_IMPORT_FROM";
    private static final int MAX_HISTORY = 100_000;
    private static final int INCOMPLETE = 3;

    private ImportCommand() {}

    /** What the command line says. */
    private record Options(
            Optional<Secret> from, boolean dryRun, Optional<Path> report, int history, Map<String, String> teamSlugs) {}

    /** Why a command line cannot be understood. */
    private static final class WrongUsage extends RuntimeException {
        WrongUsage(String message) {
            super(message);
        }
    }

    static int run(List<String> arguments, Map<String, String> environment) {
        if (arguments.contains("--help") || arguments.contains("-h")) {
            System.out.print(USAGE);
            return 0;
        }
        try {
            return run(parse(arguments), environment);
        } catch (WrongUsage wrong) {
            System.err.println("admin-server: " + wrong.getMessage() + " (see import --help)");
            return 2;
        }
    }

    /** The database to read, when the command line does not say: a URL with a password does not belong there. */
    static Optional<Secret> fromEnvironment(Settings settings) {
        return settings.secret(FROM, "Database that the command import reads, when --from is not given");
    }

    private static int run(Options options, Map<String, String> environment) {
        Imports.Request request = new Imports.Request(
                origin(options, environment), options.dryRun(), options.history(), options.teamSlugs());
        // before anything is done: an import whose report cannot be written should not have happened
        options.report().ifPresent(ImportCommand::create);
        Map<String, Object> properties = new HashMap<>(AdminServer.NO_PORTS);
        properties.put(FirstRun.PROPERTY, false);
        properties.put("spring.main.lazy-initialization", true);
        try (ConfigurableApplicationContext context =
                Application.start(AdminServer.settings(environment), Map.copyOf(properties))) {
            ImportReport report = context.getBean(Imports.class).run(request);
            System.out.print(report.words());
            options.report().ifPresent(file -> write(file, report));
            return report.isComplete() ? 0 : INCOMPLETE;
        }
    }

    private static Origin origin(Options options, Map<String, String> environment) {
        Settings settings = new Settings(environment);
        Optional<Secret> from = options.from().or(() -> fromEnvironment(settings));
        if (!settings.problems().isEmpty()) {
            throw new StartProblem(settings.problems());
        }
        try {
            return Origin.parse(
                    from.orElseThrow(() -> new WrongUsage("--from is missing")).reveal());
        } catch (IllegalArgumentException malformed) {
            throw new WrongUsage("--from: not a URL of a database (expected: postgres://… or sqlite:/path/file.db)");
        }
    }

    private static Options parse(List<String> arguments) {
        Deque<String> rest = new ArrayDeque<>(arguments);
        @Nullable Secret from = null;
        @Nullable Path report = null;
        boolean dryRun = false;
        int history = 0;
        Map<String, String> teamSlugs = new HashMap<>();
        while (!rest.isEmpty()) {
            String option = rest.removeFirst();
            switch (option) {
                case "--from" -> from = new Secret(value(option, rest));
                case "--report" -> report = Path.of(value(option, rest));
                case "--dry-run" -> dryRun = true;
                case "--history" -> history = history(value(option, rest));
                case "--rename-team" -> rename(value(option, rest), teamSlugs);
                default -> throw new WrongUsage("unknown option");
            }
        }
        return new Options(Optional.ofNullable(from), dryRun, Optional.ofNullable(report), history, teamSlugs);
    }

    private static String value(String option, Deque<String> rest) {
        if (rest.isEmpty()
                || Set.of("--dry-run", "--from", "--report", "--history").contains(rest.getFirst())) {
            throw new WrongUsage(option + " needs a value");
        }
        return rest.removeFirst();
    }

    private static int history(String text) {
        try {
            int count = Integer.parseInt(text);
            if (count >= 0 && count <= MAX_HISTORY) {
                return count;
            }
        } catch (NumberFormatException notANumber) {
            // said below
        }
        throw new WrongUsage("--history: \"" + text + "\" (expected: 0-" + MAX_HISTORY + ")");
    }

    private static void rename(String text, Map<String, String> teamSlugs) {
        int equals = text.indexOf('=');
        if (equals < 0 || teamSlugs.put(text.substring(0, equals), text.substring(equals + 1)) != null) {
            throw new WrongUsage("--rename-team: \"" + text + "\" (expected: OLD=NEW, each OLD once)");
        }
    }

    private static void create(Path file) {
        try {
            // it holds e-mail addresses
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (IOException failure) {
            throw new StartProblem("--report: cannot make " + file + " (expected: a new file in a writable directory)");
        }
    }

    private static void write(Path file, ImportReport report) {
        byte[] json = new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(report.json());
        try {
            Files.write(file, json, StandardOpenOption.TRUNCATE_EXISTING);
        } catch (IOException failure) {
            throw new StartProblem("the import is done, but --report: cannot write " + file);
        }
    }
}
