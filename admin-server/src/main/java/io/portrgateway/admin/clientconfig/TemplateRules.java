package io.portrgateway.admin.clientconfig;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a team's template may say (portr-protocol 6.3 and section 10). Problems keep it from being saved; notes are about what
 * the client will ignore. Confined to one call.
 */
final class TemplateRules {

    private static final Set<String> TOP_KEYS = Set.of("tunnels", "groups");
    private static final Set<String> TUNNEL_KEYS = new TreeSet<>(List.of(
            "name",
            "subdomain",
            "port",
            "host",
            "type",
            "pool_size",
            "host_header",
            "response_format",
            "response_tmpl"));
    private static final Set<String> TYPES = Set.of("http", "tcp", "stub");
    private static final Pattern SUBDOMAIN = Pattern.compile("(?i)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
    private static final int MAX_PROBLEMS = 20;
    private static final int MAX_PORT = 65_535;
    private static final int MAX_POOL = 64;

    private final TemplateText text;
    private final List<TemplateProblem> problems = new ArrayList<>();
    private final List<TemplateProblem> notes = new ArrayList<>();
    private final Set<String> tunnelNames = new HashSet<>();

    private TemplateRules(TemplateText text) {
        this.text = text;
    }

    /** What was found, in the order of the text. */
    record Verdict(List<TemplateProblem> problems, List<TemplateProblem> notes) {

        Verdict {
            problems = List.copyOf(problems);
            notes = List.copyOf(notes);
        }

        boolean isGood() {
            return problems.isEmpty();
        }
    }

    /** Judges a text; the empty one is good and means that the team has no template. */
    static Verdict judge(String yaml) {
        try {
            TemplateText text = TemplateText.parse(yaml);
            TemplateRules rules = new TemplateRules(text);
            rules.top(text.value());
            return new Verdict(rules.problems.subList(0, Math.min(MAX_PROBLEMS, rules.problems.size())), rules.notes);
        } catch (TemplateText.Unreadable unreadable) {
            return new Verdict(List.of(unreadable.problem()), List.of());
        }
    }

    private void top(@Nullable Object value) {
        if (value == null) {
            return;
        }
        if (!(value instanceof Map)) {
            problem(text.line(), "expected a mapping with the keys tunnels and groups");
            return;
        }
        Map<String, @Nullable Object> keys = TemplateText.mapping(value);
        for (String key : keys.keySet()) {
            if (!TOP_KEYS.contains(key)) {
                problem(text.line(key), "\"" + key + "\" is not allowed here (expected: tunnels or groups)");
            }
        }
        tunnels(keys.get("tunnels"));
        groups(keys.get("groups"));
    }

    private void tunnels(@Nullable Object value) {
        if (value == null) {
            return;
        }
        if (!(value instanceof List<?> tunnels)) {
            problem(text.line("tunnels"), "tunnels: expected a list, each entry starting with \"- name:\"");
            return;
        }
        for (int i = 0; i < tunnels.size(); i++) {
            if (tunnels.get(i) instanceof Map<?, ?> tunnel) {
                new TunnelAt(i, TemplateText.mapping(tunnel)).judge();
            } else {
                problem(text.line("tunnels", i), "expected a tunnel with a name and a port");
            }
        }
    }

    private void groups(@Nullable Object value) {
        if (value == null) {
            return;
        }
        if (!(value instanceof Map)) {
            problem(text.line("groups"), "groups: expected a mapping from a group's name to a list of tunnel names");
            return;
        }
        TemplateText.mapping(value).forEach(this::group);
    }

    private void group(String name, @Nullable Object members) {
        int line = text.line("groups", name);
        if (name.isBlank()) {
            problem(line, "a group needs a name");
        }
        if (tunnelNames.contains(name)) {
            problem(line, "group \"" + name + "\" has the name of a tunnel (expected: a name of its own)");
        }
        if (!(members instanceof List<?> list) || list.isEmpty()) {
            problem(line, "group \"" + name + "\" is empty (expected: a list with at least one tunnel name)");
            return;
        }
        for (int i = 0; i < list.size(); i++) {
            if (!tunnelNames.contains(TemplateText.shown(list.get(i)))) {
                problem(
                        text.line("groups", name, i),
                        "group \"" + name + "\" names \"" + TemplateText.shown(list.get(i))
                                + "\", which is no tunnel (expected: a name under tunnels)");
            }
        }
    }

    private void problem(int line, String reason) {
        problems.add(new TemplateProblem(line, reason));
    }

    /** One tunnel and its place in the list. */
    private final class TunnelAt {

        private final int index;
        private final Map<String, @Nullable Object> keys;

        TunnelAt(int index, Map<String, @Nullable Object> keys) {
            this.index = index;
            this.keys = keys;
        }

        void judge() {
            name();
            String type = type();
            forbidden();
            port(type);
            subdomain(type);
            range("pool_size", MAX_POOL);
            if (keys.get("host_header") != null && type.equals("tcp")) {
                problem(line("host_header"), "host_header is for http tunnels only");
            }
            for (String key : keys.keySet()) {
                if (!TUNNEL_KEYS.contains(key) && !FORBIDDEN.containsKey(key)) {
                    notes.add(new TemplateProblem(
                            line(key),
                            "the client does not know \"" + key + "\" and ignores it (it knows "
                                    + String.join(", ", TUNNEL_KEYS) + ")"));
                }
            }
        }

        private static final Map<String, String> FORBIDDEN = Map.of(
                "basic_auth",
                "a template holds no credentials: each member sets basic_auth on their own machine",
                "response_tmpl_file",
                "a template names no files, because each machine has others: use response_tmpl",
                "dir",
                "static tunnels are not allowed in a template, because each machine has other directories");

        private void name() {
            @Nullable Object name = keys.get("name");
            if (name == null
                    || name instanceof Map
                    || name instanceof List
                    || name.toString().isBlank()) {
                problem(line("name"), "a tunnel needs a name");
            } else if (!tunnelNames.add(name.toString())) {
                problem(line("name"), "there is a tunnel \"" + name + "\" already (expected: unique names)");
            }
        }

        private String type() {
            @Nullable Object given = keys.get("type");
            String type = given == null ? "http" : TemplateText.shown(given);
            if (type.equals("static")) {
                problem(line("type"), FORBIDDEN.getOrDefault("dir", ""));
            } else if (!TYPES.contains(type)) {
                problem(line("type"), "type \"" + type + "\" (expected: http, tcp or stub)");
            }
            return type;
        }

        private void forbidden() {
            FORBIDDEN.forEach((key, reason) -> {
                // of a static tunnel that much was said already
                boolean said = key.equals("dir") && "static".equals(keys.get("type"));
                if (keys.containsKey(key) && !said) {
                    problem(line(key), reason);
                }
            });
        }

        private void port(String type) {
            if (keys.get("port") != null) {
                range("port", MAX_PORT);
            } else if (type.equals("http") || type.equals("tcp")) {
                problem(line("port"), "a tunnel needs the port of the service on the member's machine");
            }
        }

        private void subdomain(String type) {
            @Nullable Object subdomain = keys.get("subdomain");
            if (subdomain == null) {
                return;
            }
            if (type.equals("tcp")) {
                notes.add(new TemplateProblem(line("subdomain"), "a tcp tunnel has no subdomain; it is ignored"));
            } else if (!SUBDOMAIN.matcher(TemplateText.shown(subdomain)).matches()) {
                problem(
                        line("subdomain"),
                        "subdomain \"" + TemplateText.shown(subdomain)
                                + "\" (expected: 1-63 letters a-z, digits or hyphens, no hyphen at either end)");
            }
        }

        private void range(String key, int max) {
            @Nullable Object value = keys.get(key);
            boolean good = value == null || (value instanceof Integer number && number >= 1 && number <= max);
            if (!good) {
                problem(
                        line(key),
                        key + " \"" + TemplateText.shown(value) + "\" (expected: a number from 1 to " + max + ")");
            }
        }

        private int line(String key) {
            return text.line("tunnels", index, key);
        }
    }
}
