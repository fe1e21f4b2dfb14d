package io.portrgateway.admin.body;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * A JSON text as a tree that keeps what a reader wants to see: the order, names that come twice, numbers as they are written.
 * What is broken or too big is kept as far as it goes. Immutable once it is read.
 */
public final class Json {

    /** Values beyond these are left out. */
    static final int MAX_VALUES = 100_000;

    static final int MAX_DEPTH = 200;

    private static final int MAX_NUMBER = 10_000;
    private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z_$][A-Za-z0-9_$]{0,99}");
    private static final JsonMapper WRITER = new JsonMapper();
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNumberLength(MAX_NUMBER)
                    .maxStringLength(Decoding.MAX_BYTES)
                    .maxNameLength(Decoding.MAX_BYTES)
                    .build())
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .build();

    private final Value root;
    private final @Nullable String problem;
    private final int count;

    private Json(Value root, @Nullable String problem, int count) {
        this.root = root;
        this.problem = problem;
        this.count = count;
    }

    /** What a value is. */
    public enum Type {
        OBJECT,
        ARRAY,
        STRING,
        NUMBER,
        LITERAL
    }

    /** One value with its place. Not changed once the tree is read. */
    public static final class Value {

        private final @Nullable Value parent;
        private final int index;
        private final @Nullable String name;
        private final Type type;
        private final String text;
        private final List<Value> children = new ArrayList<>(0);

        private Value(@Nullable Value parent, @Nullable String name, Type type, String text) {
            this.parent = parent;
            this.index = parent == null ? 0 : parent.children.size();
            this.name = name;
            this.type = type;
            this.text = text;
        }

        /** The member's name; null in an array and at the root. */
        public @Nullable String name() {
            return name;
        }

        public Type type() {
            return type;
        }

        /** A string's characters, or another simple value as it is written. */
        public String text() {
            return text;
        }

        public List<Value> children() {
            return Collections.unmodifiableList(children);
        }

        /** Among its parent's children, from 0. */
        public int index() {
            return index;
        }

        public boolean isContainer() {
            return type == Type.OBJECT || type == Type.ARRAY;
        }

        /** Where it is, as JSONPath (RFC 9535): {@code $.items[0]['odd name']}. */
        public String path() {
            if (parent == null) {
                return "$";
            }
            String step = name == null
                    ? "[" + index + "]"
                    : PLAIN_NAME.matcher(name).matches() ? "." + name : "[" + quoted(name) + "]";
            return parent.path() + step;
        }

        /** Where it is, as the places on the way from the root: {@code 0.3.1}; empty for the root. */
        public String at() {
            if (parent == null) {
                return "";
            }
            String above = parent.at();
            return above.isEmpty() ? Integer.toString(index) : above + "." + index;
        }

        private static String quoted(String name) {
            String json = write(name);
            return "'"
                    + json.substring(1, json.length() - 1).replace("\\\"", "\"").replace("'", "\\'") + "'";
        }

        /** As JSON writes it, without its children. */
        public String source() {
            return type == Type.STRING ? write(text) : text;
        }
    }

    /** Reads a text; nothing when it does not even begin like JSON. */
    public static Optional<Json> parse(String text, boolean truncated) {
        Reading reading = new Reading();
        @Nullable String problem = null;
        try (JsonParser parser = FACTORY.createParser(tools.jackson.core.ObjectReadContext.empty(), text)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (!reading.take(token, parser)) {
                    problem = reading.count >= MAX_VALUES
                            ? String.format(Locale.ROOT, "Only the first %,d values are shown.", MAX_VALUES)
                            : "More follows after the end of the JSON.";
                    break;
                }
            }
            if (problem == null && reading.isOpen()) {
                problem = ended(truncated);
            }
        } catch (JacksonException broken) {
            problem = truncated ? ended(true) : problem(broken, reading.isOpen());
        }
        @Nullable Value root = reading.root;
        return root == null ? Optional.empty() : Optional.of(new Json(root, problem, reading.count));
    }

    private static String ended(boolean truncated) {
        return truncated ? "Only the beginning was kept: the tree ends where it does." : "The JSON ends too early.";
    }

    private static String problem(JacksonException broken, boolean open) {
        @Nullable TokenStreamLocation place = broken.getLocation();
        String message = String.valueOf(broken.getOriginalMessage());
        if (message.contains("depth")) {
            return "It is nested more than " + MAX_DEPTH + " deep: the tree ends there.";
        }
        if (message.startsWith("Unexpected end")) {
            return ended(false);
        }
        String where = place == null
                ? ""
                : String.format(Locale.ROOT, " at line %,d, column %,d", place.getLineNr(), place.getColumnNr());
        return (open ? "This is no valid JSON" : "What follows the JSON is not valid") + where + ".";
    }

    private static final class Reading {

        private final Deque<Value> open = new ArrayDeque<>();
        private @Nullable Value root;
        private @Nullable String name;
        private int count;

        /** Whether there may be more. */
        boolean take(JsonToken token, JsonParser parser) {
            switch (token) {
                case PROPERTY_NAME -> name = parser.currentName();
                case END_OBJECT, END_ARRAY -> open.pop();
                case START_OBJECT -> {
                    return add(Type.OBJECT, "");
                }
                case START_ARRAY -> {
                    return add(Type.ARRAY, "");
                }
                case VALUE_STRING -> {
                    return add(Type.STRING, parser.getString());
                }
                case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> {
                    return add(Type.NUMBER, parser.getString());
                }
                default -> {
                    return add(Type.LITERAL, parser.getString());
                }
            }
            return true;
        }

        private boolean add(Type type, String text) {
            @Nullable Value parent = open.peek();
            if (count >= MAX_VALUES || (parent == null && root != null)) {
                return false;
            }
            Value value = new Value(parent, name, type, text);
            name = null;
            count++;
            if (parent == null) {
                root = value;
            } else {
                parent.children.add(value);
            }
            if (value.isContainer()) {
                open.push(value);
            }
            return true;
        }

        boolean isOpen() {
            return root == null || !open.isEmpty();
        }
    }

    public Value root() {
        return root;
    }

    /** What is wrong with it or missing; null when nothing is. */
    public @Nullable String problem() {
        return problem;
    }

    /** How many values there are in all. */
    public int count() {
        return count;
    }

    /** The value at a place that {@link Value#at} named. */
    public Optional<Value> at(String place) {
        Value value = root;
        if (place.isEmpty()) {
            return Optional.of(value);
        }
        if (place.length() > MAX_DEPTH * 7) {
            return Optional.empty();
        }
        for (String step : place.split("\\.")) {
            int index = step.matches("[0-9]{1,6}") ? Integer.parseInt(step) : -1;
            if (index < 0 || index >= value.children.size()) {
                return Optional.empty();
            }
            value = value.children.get(index);
        }
        return Optional.of(value);
    }

    /** Values whose name or text contains this, in any case; at most so many, in their order. */
    public List<Value> find(String text, int limit) {
        List<Value> found = new ArrayList<>();
        find(root, text.toLowerCase(Locale.ROOT), limit, found);
        return found;
    }

    private static void find(Value value, String text, int limit, List<Value> found) {
        if (found.size() >= limit) {
            return;
        }
        boolean inName =
                value.name != null && value.name.toLowerCase(Locale.ROOT).contains(text);
        boolean inText =
                !value.isContainer() && value.text.toLowerCase(Locale.ROOT).contains(text);
        if (inName || inText) {
            found.add(value);
        }
        for (Value child : value.children) {
            find(child, text, limit, found);
        }
    }

    /** The whole text with a line per value; what was missing stays missing. */
    public String pretty() {
        StringBuilder text = new StringBuilder();
        pretty(root, 0, text);
        return text.append('\n').toString();
    }

    private static void pretty(Value value, int depth, StringBuilder text) {
        if (!value.isContainer()) {
            text.append(value.source());
            return;
        }
        boolean object = value.type == Type.OBJECT;
        text.append(object ? '{' : '[');
        String sep = "\n" + "  ".repeat(depth + 1);
        for (int i = 0; i < value.children.size(); i++) {
            Value child = value.children.get(i);
            text.append(i == 0 ? "" : ",").append(sep);
            if (child.name != null) {
                text.append(write(child.name)).append(": ");
            }
            pretty(child, depth + 1, text);
        }
        if (!value.children.isEmpty()) {
            text.append('\n').append("  ".repeat(depth));
        }
        text.append(object ? '}' : ']');
    }

    private static String write(String text) {
        return WRITER.writeValueAsString(text);
    }
}
