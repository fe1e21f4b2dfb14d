package io.portrgateway.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Finds the one line of a log that says why a server ended. Stateless. */
final class LogFile {

    private static final Pattern OWN_WORDS = Pattern.compile("^(?:(?:admin|tunnel)-server: |PORTR_[A-Z_]+: )");
    private static final Pattern SEVERE = Pattern.compile(".*\\b(ERROR|FATAL|PANIC)\\b.*");

    private LogFile() {}

    /** What the server itself says about its start before anything else, then Spring's own explanation, then the deepest cause, then the end. */
    static String relevantLine(Path log) {
        try {
            List<String> lines = Files.readAllLines(log).stream()
                    .map(String::strip)
                    .filter(Predicate.not(String::isEmpty))
                    .toList();
            return last(lines, line -> OWN_WORDS.matcher(line).find())
                    .or(() -> after(lines, "Description:"))
                    .or(() -> last(lines, line -> line.startsWith("Caused by: ")))
                    .or(() -> last(lines, line -> SEVERE.matcher(line).matches()))
                    .or(() -> last(lines, line -> true))
                    .orElse("it wrote nothing");
        } catch (IOException unreadable) {
            return "its log cannot be read: " + unreadable.getMessage();
        }
    }

    private static Optional<String> after(List<String> lines, String heading) {
        int at = lines.lastIndexOf(heading);
        return at < 0 || at + 1 >= lines.size() ? Optional.empty() : Optional.of(lines.get(at + 1));
    }

    private static Optional<String> last(List<String> lines, Predicate<String> wanted) {
        return lines.reversed().stream().filter(wanted).findFirst();
    }
}
