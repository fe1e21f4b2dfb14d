package io.portrgateway.admin.detail;

import io.portrgateway.admin.body.Form;
import io.portrgateway.admin.body.Redacted;
import io.portrgateway.admin.body.Visible;
import io.portrgateway.admin.exchange.HeaderField;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Header fields as a page shows them, with what they mean. Immutable.
 *
 * @param query the parameters of the address; of requests only
 * @param redacted whether anything was taken out before it was recorded
 */
record HeadView(List<Row> rows, List<Cookie> cookies, List<Form.Field> query, boolean redacted) {

    /** Put in place of what the maker of a link hid. */
    static final String HIDDEN = "[hidden]";

    private static final int MAX_COOKIES = 200;

    /**
     * One field.
     *
     * @param notes what the value means, in a few words each
     * @param mark why the value is not all there, or null
     */
    record Row(
            String name,
            String value,
            List<String> notes,
            @Nullable String mark) {}

    /** A cookie that was sent or set; attributes such as {@code Path=/}. */
    record Cookie(String name, String value, List<String> attributes) {}

    static HeadView of(List<HeaderField> fields, String query) {
        List<Row> rows = new ArrayList<>(fields.size());
        List<Cookie> cookies = new ArrayList<>();
        boolean redacted = Redacted.in(query);
        for (HeaderField field : fields) {
            String value = field.value();
            rows.add(new Row(Visible.field(field.name()), Visible.field(value), notes(field), mark(value)));
            redacted |= Redacted.in(value);
            if (mark(value) == null && cookies.size() < MAX_COOKIES) {
                cookies(field, cookies);
            }
        }
        return new HeadView(
                List.copyOf(rows), List.copyOf(cookies), Form.parse(query).fields(), redacted);
    }

    private static @Nullable String mark(String value) {
        if (Redacted.in(value)) {
            return "Taken out before it was recorded";
        }
        return value.equals(HIDDEN) ? "Hidden by whoever shared this" : null;
    }

    private static List<String> notes(HeaderField field) {
        return switch (field.name().toLowerCase(Locale.ROOT)) {
            case "authorization", "proxy-authorization" -> credentials(field.value());
            case "www-authenticate", "proxy-authenticate" -> List.of("Scheme: " + firstWord(field.value()));
            case "cache-control" -> directives(field.value());
            case "content-type" -> parameters(field.value());
            case "content-encoding" -> List.of();
            default -> List.of();
        };
    }

    /** The scheme, if there is one for certain: a value without a blank is a bare secret. */
    private static List<String> credentials(String value) {
        int blank = value.indexOf(' ');
        return blank <= 0 ? List.of() : List.of("Scheme: " + Visible.field(value.substring(0, blank)));
    }

    private static String firstWord(String value) {
        return Visible.field(value.strip().split("[ ,]", 2)[0]);
    }

    private static List<String> directives(String value) {
        List<String> notes = new ArrayList<>();
        for (String part : value.split(",", 30)) {
            String directive = part.strip();
            if (!directive.isEmpty()) {
                notes.add(directive(directive));
            }
        }
        return notes;
    }

    private static String directive(String directive) {
        String[] parts = directive.split("=", 2);
        String name = parts[0].strip().toLowerCase(Locale.ROOT);
        String argument = parts.length > 1 ? parts[1].strip().replace("\"", "") : "";
        boolean seconds = argument.matches("[0-9]{1,10}");
        String time = seconds ? seconds(Long.parseLong(argument)) : argument;
        return switch (name) {
            case "max-age" -> "fresh for " + time;
            case "s-maxage" -> "fresh in shared caches for " + time;
            case "no-cache" -> "ask before each use";
            case "no-store" -> "never stored";
            case "private" -> "only in the browser's cache";
            case "public" -> "any cache may keep it";
            case "must-revalidate" -> "never used stale";
            case "immutable" -> "never changes";
            case "stale-while-revalidate" -> "stale while renewed for " + time;
            case "stale-if-error" -> "stale on errors for " + time;
            default -> Visible.field(directive);
        };
    }

    private static String seconds(long seconds) {
        if (seconds < 120) {
            return seconds + " s";
        }
        if (seconds < 7200) {
            return seconds / 60 + " min";
        }
        return seconds < 172_800 ? seconds / 3600 + " h" : seconds / 86_400 + " d";
    }

    private static List<String> parameters(String value) {
        List<String> notes = new ArrayList<>();
        for (String part : value.split(";", 10)) {
            String parameter = part.strip();
            if (parameter.toLowerCase(Locale.ROOT).startsWith("charset=")) {
                notes.add("Charset: " + Visible.field(parameter.substring(8).replace("\"", "")));
            } else if (parameter.toLowerCase(Locale.ROOT).startsWith("boundary=")) {
                notes.add("Boundary: " + Visible.field(parameter.substring(9).replace("\"", "")));
            }
        }
        return notes;
    }

    /** RFC 6265: pairs at semicolons, names up to the first equals sign. */
    private static void cookies(HeaderField field, List<Cookie> into) {
        if (field.isNamed("cookie")) {
            for (String pair : field.value().split(";", MAX_COOKIES)) {
                if (!pair.isBlank()) {
                    into.add(cookie(pair, List.of()));
                }
            }
        } else if (field.isNamed("set-cookie")) {
            String[] parts = field.value().split(";", 20);
            List<String> attributes = new ArrayList<>();
            for (int i = 1; i < parts.length; i++) {
                if (!parts[i].isBlank()) {
                    attributes.add(Visible.field(parts[i].strip()));
                }
            }
            into.add(cookie(parts[0], List.copyOf(attributes)));
        }
    }

    private static Cookie cookie(String pair, List<String> attributes) {
        int equals = pair.indexOf('=');
        String name = equals < 0 ? "" : pair.substring(0, equals).strip();
        String value = equals < 0 ? pair.strip() : pair.substring(equals + 1).strip();
        return new Cookie(Visible.field(name), Visible.field(value), attributes);
    }
}
