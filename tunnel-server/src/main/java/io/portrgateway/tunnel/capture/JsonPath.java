package io.portrgateway.tunnel.capture;

import java.util.ArrayList;
import java.util.List;

/**
 * Where in a JSON text something is, as RFC 9535 writes it: {@code $.card.number}, {@code $.items[*]['a b']},
 * {@code $.list[0]}, {@code $..password}. Without filters and slices. Immutable.
 */
record JsonPath(List<Step> steps) {

    /** One step of a path, or of the way to a value. */
    sealed interface Step {

        /** Into an object. */
        record Name(String name) implements Step {}

        /** Into an array. */
        record Index(int index) implements Step {}

        /** Into anything. */
        record Any() implements Step {}

        /** Any number of steps, or none. */
        record Descent() implements Step {}
    }

    JsonPath {
        steps = List.copyOf(steps);
    }

    static JsonPath parse(String text) {
        if (!text.startsWith("$")) {
            throw wrong(text);
        }
        List<Step> steps = new ArrayList<>();
        int at = 1;
        while (at < text.length()) {
            if (text.startsWith("..", at)) {
                steps.add(new Step.Descent());
                at += text.startsWith("..[", at) ? 2 : 1;
            } else if (text.charAt(at) == '.') {
                int end = endOfName(text, at + 1);
                String name = text.substring(at + 1, end);
                if (name.isEmpty()) {
                    throw wrong(text);
                }
                steps.add(name.equals("*") ? new Step.Any() : new Step.Name(name));
                at = end;
            } else if (text.charAt(at) == '[') {
                int end = endOfBracket(text, at + 1);
                steps.add(bracket(text, text.substring(at + 1, end)));
                at = end + 1;
            } else {
                throw wrong(text);
            }
        }
        return new JsonPath(steps);
    }

    private static int endOfName(String text, int from) {
        int end = from;
        while (end < text.length() && text.charAt(end) != '.' && text.charAt(end) != '[') {
            end++;
        }
        return end;
    }

    private static int endOfBracket(String text, int from) {
        char first = from < text.length() ? text.charAt(from) : ']';
        int end = first == '\'' || first == '"' ? text.indexOf(first + "]", from + 1) + 1 : text.indexOf(']', from);
        if (end <= from) {
            throw wrong(text);
        }
        return end;
    }

    private static Step bracket(String text, String inside) {
        char first = inside.charAt(0);
        if (inside.equals("*")) {
            return new Step.Any();
        }
        if (first == '\'' || first == '"') {
            return new Step.Name(inside.substring(1, inside.length() - 1));
        }
        try {
            return new Step.Index(Integer.parseUnsignedInt(inside));
        } catch (NumberFormatException unreadable) {
            throw wrong(text);
        }
    }

    private static IllegalArgumentException wrong(String text) {
        return new IllegalArgumentException(
                "JSON path: " + text + " (expected: such as $.card.number, $.items[*].secret or $..password)");
    }

    /** Whether the path is the way to this value. */
    boolean leadsTo(List<Step> way) {
        return leads(0, way, 0);
    }

    private boolean leads(int step, List<Step> way, int at) {
        if (step == steps.size()) {
            return at == way.size();
        }
        return switch (steps.get(step)) {
            case Step.Descent descent -> leads(step + 1, way, at) || (at < way.size() && leads(step, way, at + 1));
            case Step.Any any -> at < way.size() && leads(step + 1, way, at + 1);
            case Step.Name name -> at < way.size() && name.equals(way.get(at)) && leads(step + 1, way, at + 1);
            case Step.Index index -> at < way.size() && index.equals(way.get(at)) && leads(step + 1, way, at + 1);
        };
    }
}
