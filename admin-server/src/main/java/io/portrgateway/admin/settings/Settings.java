package io.portrgateway.admin.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads settings from environment variables and remembers what was asked for, so that every problem is reported at once
 * and the documented table can be checked against the code.
 *
 * <p>A wrong value never stops the reading: it is noted as a problem and the default is used until {@link #problems()} is
 * looked at. Confined to the thread that starts the server.
 */
public final class Settings {

    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");
    private static final Pattern URL_PASSWORD = Pattern.compile("(://[^/:]*:).*@");
    private static final Pattern PASSWORD_PARAMETER = Pattern.compile("(?i)([?&][a-z]*password=)[^&]*");
    private static final Pattern BYTES = Pattern.compile("(\\d{1,12})(B|KiB|MiB|GiB)?");

    private final Map<String, String> environment;
    private final Map<String, Setting> declared = new LinkedHashMap<>();
    private final List<String> problems = new ArrayList<>();
    private final Set<String> secrets = new HashSet<>();

    /** Settings out of the given variables, usually {@link System#getenv()}. */
    public Settings(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    /** One setting as the README's table shows it. */
    public record Setting(String name, String defaultValue, String meaning) {}

    /**
     * One setting as it is in effect, for people to look at: never the value of a secret, nor a password inside a URL.
     *
     * @param value empty when it is not set and has no default
     * @param configured whether it was set, and is not just the default
     */
    public record Shown(String name, String value, boolean configured, String meaning) {}

    /** A whole number between {@code min} and {@code max}, both included. */
    public int integer(String name, int defaultValue, int min, int max, String meaning) {
        return read(
                        name,
                        Integer.toString(defaultValue),
                        meaning,
                        text -> {
                            int value = Integer.parseInt(text);
                            if (value < min || value > max) {
                                throw new NumberFormatException();
                            }
                            return value;
                        },
                        "a whole number from " + min + " to " + max)
                .orElse(defaultValue);
    }

    /** A size such as {@code 64KiB}, {@code 16MiB} or a bare number of bytes. */
    public long bytes(String name, String defaultValue, long minBytes, long maxBytes, String meaning) {
        return read(
                        name,
                        defaultValue,
                        meaning,
                        text -> {
                            long value = parseBytes(text);
                            if (value < minBytes || value > maxBytes) {
                                throw new IllegalArgumentException();
                            }
                            return value;
                        },
                        "a size from " + minBytes + " to " + maxBytes + " bytes, such as 64KiB or 16MiB")
                .orElseGet(() -> parseBytes(defaultValue));
    }

    /** A time span such as {@code 500ms}, {@code 10s}, {@code 5m} or {@code 0s}. */
    public Duration duration(String name, String defaultValue, Duration min, Duration max, String meaning) {
        return read(
                        name,
                        defaultValue,
                        meaning,
                        text -> {
                            Duration value = parseDuration(text);
                            if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
                                throw new IllegalArgumentException();
                            }
                            return value;
                        },
                        "a time from " + min.toMillis() + "ms to " + max.toSeconds() + "s, such as 500ms, 10s or 5m")
                .orElseGet(() -> parseDuration(defaultValue));
    }

    /** {@code true} or {@code false}, nothing else. */
    public boolean flag(String name, boolean defaultValue, String meaning) {
        return read(
                        name,
                        Boolean.toString(defaultValue),
                        meaning,
                        text -> switch (text) {
                            case "true" -> true;
                            case "false" -> false;
                            default -> throw new IllegalArgumentException();
                        },
                        "true or false")
                .orElse(defaultValue);
    }

    /** Any text; surrounding white space is dropped. */
    public String text(String name, String defaultValue, String meaning) {
        return read(name, defaultValue, meaning, Function.identity(), "text").orElse(defaultValue);
    }

    /** Any text, or nothing when unset or empty. */
    public Optional<String> optionalText(String name, String meaning) {
        return read(name, "", meaning, Function.identity(), "text");
    }

    /** A value of a type that parses itself; {@code parser} throws {@link IllegalArgumentException} on a wrong text. */
    public <T> T parsed(String name, String defaultValue, String expected, Function<String, T> parser, String meaning) {
        return read(name, defaultValue, meaning, parser, expected).orElseGet(() -> parser.apply(defaultValue));
    }

    /** Parts separated by commas; empty when unset. */
    public List<String> list(String name, String defaultValue, String meaning) {
        String text = text(name, defaultValue, meaning);
        return Arrays.stream(text.split(","))
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .toList();
    }

    /** One constant of an enum, by its name in lower case with hyphens. */
    public <E extends Enum<E>> E choice(String name, E defaultValue, String meaning) {
        List<E> constants = List.of(defaultValue.getDeclaringClass().getEnumConstants());
        List<String> names = constants.stream().map(Settings::optionName).toList();
        return read(
                        name,
                        optionName(defaultValue),
                        meaning,
                        text -> constants.get(indexOf(names, text)),
                        "one of " + String.join(", ", names))
                .orElse(defaultValue);
    }

    /** A file that can be read, or nothing when unset. */
    public Optional<Path> file(String name, String meaning) {
        return read(
                name,
                "",
                meaning,
                text -> {
                    Path path = Path.of(text);
                    if (!Files.isReadable(path)) {
                        throw new IllegalArgumentException();
                    }
                    return path;
                },
                "a readable file");
    }

    /** A secret from the variable itself, or from the file that {@code <name>_FILE} names. */
    public Optional<Secret> secret(String name, String meaning) {
        secrets.add(name);
        Optional<Path> file = file(name + "_FILE", meaning + " (from a file)");
        declared.put(name, new Setting(name, "", meaning));
        @Nullable String value = environment.get(name);
        if (value != null && !value.isBlank()) {
            return Optional.of(new Secret(value.strip()));
        }
        return file.flatMap(path -> readSecret(name, path));
    }

    /** Notes a problem that only a reader of several settings can see. */
    public void problem(String name, String what) {
        problems.add(name + ": " + what);
    }

    /** Every setting asked for so far, in the order of asking. */
    public List<Setting> declared() {
        return List.copyOf(declared.values());
    }

    /** Every setting asked for so far as it is in effect, secrets without their values. */
    public List<Shown> shown() {
        return declared.values().stream().map(this::shown).toList();
    }

    private Shown shown(Setting setting) {
        @Nullable String given = environment.get(setting.name());
        if (given == null || given.isBlank()) {
            return new Shown(setting.name(), setting.defaultValue(), false, setting.meaning());
        }
        String value = secrets.contains(setting.name())
                ? "(secret)"
                : PASSWORD_PARAMETER
                        .matcher(URL_PASSWORD.matcher(given.strip()).replaceAll("$1…@"))
                        .replaceAll("$1…");
        return new Shown(setting.name(), value, true, setting.meaning());
    }

    /** Every problem found so far, each naming its setting and what is expected; never a secret's value. */
    public List<String> problems() {
        return List.copyOf(problems);
    }

    private <T> Optional<T> read(
            String name, String defaultValue, String meaning, Function<String, T> parser, String expected) {
        declared.put(name, new Setting(name, defaultValue, meaning));
        @Nullable String text = environment.get(name);
        if (text == null || text.isBlank()) {
            return Optional.empty();
        }
        try {
            return Optional.of(parser.apply(text.strip()));
        } catch (IllegalArgumentException | ArithmeticException wrong) {
            problems.add(name + ": \"" + text.strip() + "\" (expected: " + expected + ")");
            return Optional.empty();
        }
    }

    private Optional<Secret> readSecret(String name, Path path) {
        try {
            return Optional.of(new Secret(Files.readString(path).strip()));
        } catch (IOException unreadable) {
            problems.add(name + "_FILE: cannot read " + path + " (expected: a readable text file)");
            return Optional.empty();
        }
    }

    private static String optionName(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static int indexOf(List<String> names, String text) {
        int index = names.indexOf(text.toLowerCase(Locale.ROOT));
        if (index < 0) {
            throw new IllegalArgumentException(text);
        }
        return index;
    }

    private static Duration parseDuration(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(text);
        }
        long amount = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
        };
    }

    private static long parseBytes(String text) {
        Matcher matcher = BYTES.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(text);
        }
        long amount = Long.parseLong(matcher.group(1));
        @Nullable String unit = matcher.group(2);
        return switch (unit == null ? "B" : unit) {
            case "KiB" -> Math.multiplyExact(amount, 1L << 10);
            case "MiB" -> Math.multiplyExact(amount, 1L << 20);
            case "GiB" -> Math.multiplyExact(amount, 1L << 30);
            default -> amount;
        };
    }
}
