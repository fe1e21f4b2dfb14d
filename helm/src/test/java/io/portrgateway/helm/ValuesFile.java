package io.portrgateway.helm;

import com.google.gson.Gson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * values.yaml with its comments: the one source of the schema and of the README's table. Immutable.
 *
 * @param entries in the order of the file
 */
record ValuesFile(List<Entry> entries) {

    static final Path PATH = Chart.DIRECTORY.resolve("values.yaml");

    private static final Pattern KEY = Pattern.compile("^( *)([A-Za-z_][A-Za-z0-9_.-]*):( .*)?$");
    private static final Pattern COMMENT = Pattern.compile("^ *# ?(.*)$");

    /**
     * One value.
     *
     * @param path its keys
     * @param documentation what its comment says; empty when it has none
     * @param annotation "schema", "k8s", "list" or "strings", with the rest of its line
     */
    record Entry(List<String> path, String documentation, Optional<Annotation> annotation, Object defaultValue) {

        String dotted() {
            return String.join(".", path);
        }

        /** A mapping whose keys are values of their own. */
        boolean isSection() {
            return defaultValue instanceof Map<?, ?> map && !map.isEmpty() && annotation.isEmpty();
        }
    }

    record Annotation(String name, String text) {

        Map<String, Object> json() {
            return Manifest.asMap(new Gson().fromJson(text, Map.class));
        }
    }

    static ValuesFile read() {
        try {
            Object defaults = Chart.strictYaml().load(Files.readString(PATH));
            return new ValuesFile(parse(Files.readAllLines(PATH), Manifest.asMap(defaults)));
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private static List<Entry> parse(List<String> lines, Map<String, Object> defaults) {
        List<Entry> entries = new ArrayList<>();
        Deque<String> path = new ArrayDeque<>();
        StringBuilder documentation = new StringBuilder();
        Optional<Annotation> annotation = Optional.empty();
        int opaqueBelow = Integer.MAX_VALUE;
        for (String line : lines) {
            Matcher comment = COMMENT.matcher(line);
            Matcher key = KEY.matcher(line);
            if (comment.matches()) {
                String text = comment.group(1);
                if (text.startsWith("-- ")) {
                    documentation.setLength(0);
                    documentation.append(text.substring(3));
                } else if (text.startsWith("@")) {
                    String[] parts = text.substring(1).split(" ", 2);
                    annotation = Optional.of(new Annotation(parts[0], parts.length > 1 ? parts[1] : ""));
                } else if (!documentation.isEmpty()) {
                    documentation.append(' ').append(text);
                }
            } else if (key.matches()) {
                int depth = key.group(1).length() / 2;
                if (depth >= opaqueBelow) {
                    continue;
                }
                opaqueBelow = Integer.MAX_VALUE;
                while (path.size() > depth) {
                    path.removeLast();
                }
                path.addLast(key.group(2));
                List<String> keys = List.copyOf(path);
                Entry entry = new Entry(keys, documentation.toString(), annotation, at(defaults, keys));
                entries.add(entry);
                if (!entry.isSection()) {
                    opaqueBelow = depth + 1;
                }
                documentation.setLength(0);
                annotation = Optional.empty();
            } else if (line.isBlank()) {
                documentation.setLength(0);
                annotation = Optional.empty();
            }
        }
        return entries;
    }

    private static Object at(Map<String, Object> defaults, List<String> path) {
        Object here = defaults;
        for (String key : path) {
            here = Manifest.asMap(here).get(key);
        }
        return here;
    }
}
