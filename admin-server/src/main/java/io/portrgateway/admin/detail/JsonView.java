package io.portrgateway.admin.detail;

import io.portrgateway.admin.body.Json;
import io.portrgateway.admin.body.Visible;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A JSON tree as far as it is rendered at once: the outer levels, of long lists the beginning. The rest is asked for when
 * somebody opens it. Immutable.
 */
record JsonView(Node root, @Nullable String problem, int count) {

    /** What one answer shows at most. */
    private static final int BUDGET = 400;

    private static final int OPEN_DEPTH = 4;
    /** The first of a long list are open, so that the list can be seen as one. */
    private static final int OPEN_ITEMS = 3;

    private static final int PER_LIST = 100;
    private static final int MAX_TEXT = 2000;
    private static final int MAX_NAME = 200;
    private static final int MAX_FOUND = 100;

    /**
     * One value.
     *
     * @param label the name or the place in the list; null at the root
     * @param text a simple value as JSON writes it
     * @param path JSONPath
     * @param at where it is, to ask for its children
     * @param size how many children there are in all
     * @param open whether its children are here
     * @param next the first child that is not here; 0 when all are
     */
    record Node(
            @Nullable String label,
            boolean named,
            String type,
            String text,
            String path,
            String at,
            int size,
            boolean open,
            List<Node> children,
            int next) {

        public boolean isContainer() {
            return type.equals("object") || type.equals("array");
        }

        public String summary() {
            boolean object = type.equals("object");
            if (size == 0) {
                return object ? "{ }" : "[ ]";
            }
            String noun = object ? (size == 1 ? "key" : "keys") : (size == 1 ? "item" : "items");
            return (object ? "{ " : "[ ") + String.format(Locale.ROOT, "%,d ", size) + noun + (object ? " }" : " ]");
        }
    }

    static JsonView of(Json json) {
        Node root = new Builder().node(json.root(), 0);
        return new JsonView(root, json.problem(), json.count());
    }

    /** The children of one value, from one of them on, as a value that has only these. */
    static Node children(Json.Value parent, int from) {
        return new Builder().container(parent, OPEN_DEPTH - 1, from);
    }

    /** Values that contain a text, without their children. */
    static List<Node> find(Json json, String text) {
        return json.find(text, MAX_FOUND).stream()
                .map(value -> new Builder().closed(value))
                .toList();
    }

    private static final class Builder {

        private int left = BUDGET;

        Node node(Json.Value value, int depth) {
            left--;
            boolean seen = value.name() != null || value.index() < OPEN_ITEMS;
            boolean open = seen
                    && value.isContainer()
                    && depth < OPEN_DEPTH
                    && left > value.children().size() / 4;
            return open ? container(value, depth, 0) : closed(value);
        }

        Node container(Json.Value value, int depth, int from) {
            List<Node> shown = new ArrayList<>();
            List<Json.Value> all = value.children();
            int next = from;
            while (next < all.size() && next - from < PER_LIST && (left > 0 || next == from)) {
                shown.add(node(all.get(next), depth + 1));
                next++;
            }
            return node(value, true, List.copyOf(shown), next < all.size() ? next : 0);
        }

        Node closed(Json.Value value) {
            return node(value, false, List.of(), 0);
        }

        private static Node node(Json.Value value, boolean open, List<Node> children, int next) {
            @Nullable String name = value.name();
            String at = value.at();
            @Nullable
            String label = name != null ? cut(Visible.line(name), MAX_NAME) : at.isEmpty() ? null : "" + value.index();
            String text = value.isContainer() ? "" : cut(Visible.line(value.source()), MAX_TEXT);
            return new Node(
                    label,
                    name != null,
                    value.type().name().toLowerCase(Locale.ROOT),
                    text,
                    Visible.line(value.path()),
                    at,
                    value.children().size(),
                    open,
                    children,
                    next);
        }

        private static String cut(String text, int limit) {
            return text.length() <= limit
                    ? text
                    : text.substring(0, limit) + String.format(Locale.ROOT, "… (%,d characters)", text.length());
        }
    }
}
