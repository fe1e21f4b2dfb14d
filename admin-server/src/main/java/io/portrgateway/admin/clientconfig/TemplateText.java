package io.portrgateway.admin.clientconfig;

import java.io.StringReader;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * A template's text, read with limits on its size, depth and aliases and without any type of ours: as plain values, and as
 * the places where they stand. Immutable.
 */
final class TemplateText {

    static final int MAX_CHARS = 20_000;

    private static final int MAX_SHOWN_CHARS = 80;
    private static final int MAX_DEPTH = 12;
    private static final int MAX_ALIASES = 10;

    private final @Nullable Object value;
    private final @Nullable Node root;

    private TemplateText(@Nullable Object value, @Nullable Node root) {
        this.value = value;
        this.root = root;
    }

    /** Thrown when the text is no YAML, or more than we read. */
    static final class Unreadable extends Exception {

        private final transient TemplateProblem problem;

        Unreadable(TemplateProblem problem) {
            super(problem.toString(), null, false, false);
            this.problem = problem;
        }

        TemplateProblem problem() {
            return problem;
        }
    }

    static TemplateText parse(String text) throws Unreadable {
        if (text.length() > MAX_CHARS) {
            throw new Unreadable(new TemplateProblem(
                    0, "the template is too long (expected: at most " + MAX_CHARS + " characters)"));
        }
        try {
            Node root = yaml().compose(new StringReader(text));
            Object value = yaml().load(text);
            return new TemplateText(value, root);
        } catch (MarkedYAMLException wrong) {
            int line =
                    wrong.getProblemMark() == null ? 0 : wrong.getProblemMark().getLine() + 1;
            throw new Unreadable(new TemplateProblem(line, reason(wrong)));
        } catch (YAMLException wrong) {
            throw new Unreadable(new TemplateProblem(0, firstLine(wrong.getMessage())));
        }
    }

    /** The reader: plain values only, no duplicate keys, bounded. */
    static Yaml yaml() {
        LoaderOptions limits = new LoaderOptions();
        limits.setMaxAliasesForCollections(MAX_ALIASES);
        limits.setAllowRecursiveKeys(false);
        limits.setAllowDuplicateKeys(false);
        limits.setNestingDepthLimit(MAX_DEPTH);
        limits.setCodePointLimit(2 * MAX_CHARS);
        return new Yaml(new SafeConstructor(limits));
    }

    /** The text's value: a map, a list, a scalar, or null when there is nothing in it. */
    @Nullable
    Object value() {
        return value;
    }

    /** The members of a mapping; empty when it is none. Keys become text. */
    static Map<String, @Nullable Object> mapping(@Nullable Object value) {
        Map<String, @Nullable Object> mapping = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> map) {
            map.forEach((key, member) -> mapping.put(shown(key), member));
        }
        return mapping;
    }

    /** A value in a sentence: short, and never looked into, because an anchored list may hold itself. */
    static String shown(@Nullable Object value) {
        return switch (value) {
            case null -> "nothing";
            case Map<?, ?> map -> "a mapping";
            case Collection<?> list -> "a list";
            default -> {
                String text = value.toString();
                yield text.length() > MAX_SHOWN_CHARS ? text.substring(0, MAX_SHOWN_CHARS) + "…" : text;
            }
        };
    }

    /** The line of a place, given by keys and positions from the top; of the nearest place above it that has one. */
    int line(Object... path) {
        Node node = root;
        int line = node == null ? 1 : node.getStartMark().getLine() + 1;
        for (Object step : path) {
            if (step instanceof Integer position && node instanceof SequenceNode list) {
                node = position < list.getValue().size() ? list.getValue().get(position) : null;
                line = node == null ? line : node.getStartMark().getLine() + 1;
            } else if (node instanceof MappingNode mapping) {
                NodeTuple member = member(mapping, String.valueOf(step));
                node = member == null ? null : member.getValueNode();
                line = member == null
                        ? line
                        : member.getKeyNode().getStartMark().getLine() + 1;
            } else {
                return line;
            }
        }
        return line;
    }

    private static @Nullable NodeTuple member(MappingNode mapping, String key) {
        List<NodeTuple> members = mapping.getValue();
        return members.stream()
                .filter(tuple -> tuple.getKeyNode() instanceof ScalarNode name
                        && name.getValue().equals(key))
                .findFirst()
                .orElse(null);
    }

    private static String reason(MarkedYAMLException wrong) {
        String problem = firstLine(wrong.getProblem());
        if (problem.startsWith("could not determine a constructor for the tag")) {
            return "tags such as !!type are not allowed";
        }
        // the reader's own words for a line that is not where its neighbours are
        return problem.startsWith("expected <block end>")
                ? "this is not YAML: the indentation does not fit the lines above"
                : "this is not YAML: " + problem;
    }

    private static String firstLine(@Nullable String text) {
        String whole = text == null ? "it cannot be read" : text;
        return whole.lines().findFirst().orElse("it cannot be read");
    }
}
