package io.portrgateway.admin.detail;

import io.portrgateway.admin.body.Redacted;
import io.portrgateway.admin.body.Visible;
import io.portrgateway.admin.exchange.Direction;
import io.portrgateway.admin.exchange.Exchange;
import io.portrgateway.admin.exchange.HeaderField;
import io.portrgateway.admin.exchange.StoredBody;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * A recorded request as something that sends it again: commands for {@code bash}, a script for a browser, the bytes of HTTP/1.1.
 * What cannot be sent exactly, is said in a comment. Immutable.
 */
final class CopyAs {

    /** Longer bodies are in a file beside the command. */
    static final int MAX_INLINE_BYTES = 16 * 1024;

    private static final JsonMapper JSON = new JsonMapper();

    /** Fields that belong to one connection, or that every sender makes by itself. */
    private static final Set<String> OWN_FIELDS =
            Set.of("host", "content-length", "transfer-encoding", "connection", "keep-alive", "proxy-connection");

    /** Fields that scripts of a page may not set (Fetch standard, forbidden request-headers). */
    private static final Set<String> FORBIDDEN_TO_SCRIPTS = Set.of(
            "accept-charset",
            "accept-encoding",
            "access-control-request-headers",
            "access-control-request-method",
            "cookie",
            "cookie2",
            "date",
            "dnt",
            "expect",
            "origin",
            "referer",
            "set-cookie",
            "te",
            "trailer",
            "upgrade",
            "via");

    private final Exchange exchange;
    private final byte @Nullable [] body;
    private final @Nullable String missing;

    private CopyAs(Exchange exchange, byte @Nullable [] body, @Nullable String missing) {
        this.exchange = exchange;
        this.body = body;
        this.missing = missing;
    }

    /** The request with what was recorded of its body. */
    static CopyAs of(Exchange exchange, Optional<StoredBody> stored) {
        long total = exchange.requestBytes();
        boolean whole = stored.isPresent() && !stored.get().truncated();
        byte @Nullable [] body = stored.filter(one -> one.content().length > 0)
                .map(StoredBody::content)
                .orElse(null);
        @Nullable
        String missing = whole || total == 0 || exchange.isUpgraded()
                ? null
                : body == null
                        ? "The body was not recorded."
                        : "Only the beginning of the body was recorded: " + body.length + " of " + total + " bytes.";
        return new CopyAs(exchange, body, missing);
    }

    private boolean isInline() {
        return body != null && body.length <= MAX_INLINE_BYTES && ShellWords.canHold(latin(body));
    }

    /** Whether a command reads the body from a file beside it. */
    public boolean needsFile() {
        return body != null && !(isInline() && Visible.utf8(latin(body)).isPresent());
    }

    private String fileName() {
        return exchange.id() + "-request.bin";
    }

    private static String latin(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** For {@code bash} and {@code curl}. */
    public String curl() {
        List<String> words = new ArrayList<>();
        List<String> notes = notes("#");
        String url = exchange.scheme() + "://" + exchange.authority();
        // curl writes other bytes in its own way
        boolean plain = exchange.target().matches("/[!-~&&[^#]]*");
        words.add("curl " + ShellWords.quoted(plain ? exchange.url() : url + "/"));
        if (!plain) {
            words.add("--request-target " + ShellWords.quoted(exchange.target()));
        } else if (exchange.target().contains("/.")) {
            words.add("--path-as-is");
        }
        if (exchange.url().matches("(?s).*[\\[\\]{}].*")) {
            words.add("--globoff");
        }
        words.addAll(curlMethod());
        for (HeaderField field : sent()) {
            words.add("-H " + ShellWords.quoted(curlField(field)));
        }
        // what curl would add by itself
        for (String name : List.of("User-Agent", "Accept")) {
            if (exchange.header(Direction.TO_UPSTREAM, name).isEmpty()) {
                words.add("-H '" + name + ":'");
            }
        }
        if (body != null) {
            if (exchange.header(Direction.TO_UPSTREAM, "content-type").isEmpty()) {
                words.add("-H 'Content-Type:'");
            }
            if (isInline()) {
                // not --data-binary: that would take a body that begins with @ for the name of a file
                words.add("--data-raw " + ShellWords.quoted(latin(body)));
            } else {
                notes.add("# Download the request's body first, and keep it as " + fileName() + ".");
                words.add("-H 'Expect:'");
                words.add("--data-binary @" + fileName());
            }
        }
        if (exchange.header(Direction.TO_UPSTREAM, "accept-encoding").isPresent()) {
            words.add("--compressed");
        }
        return text(notes, String.join(" \\\n  ", words));
    }

    private List<String> curlMethod() {
        String method = exchange.method();
        if (method.equals("HEAD") && body == null) {
            return List.of("--head");
        }
        boolean implied = body == null ? method.equals("GET") : method.equals("POST");
        return implied ? List.of() : List.of("-X " + ShellWords.quoted(method));
    }

    /** Without a value, curl would take the field for one to leave out. */
    private static String curlField(HeaderField field) {
        return field.value().isEmpty() ? field.name() + ";" : field.name() + ": " + field.value();
    }

    /** For {@code bash} and HTTPie. */
    public String httpie() {
        List<String> words = new ArrayList<>();
        List<String> notes = notes("#");
        words.add("http --ignore-stdin" + (exchange.target().contains("/.") ? " --path-as-is" : "") + " "
                + ShellWords.quoted(exchange.method()) + " " + ShellWords.quoted(exchange.url()));
        for (HeaderField field : sent()) {
            words.add(ShellWords.quoted(httpieField(field)));
        }
        for (String name : List.of("User-Agent", "Accept", "Accept-Encoding")) {
            if (exchange.header(Direction.TO_UPSTREAM, name).isEmpty()) {
                words.add(name + ":");
            }
        }
        String command = String.join(" \\\n  ", words);
        if (body != null && isInline() && Visible.utf8(latin(body)).isPresent()) {
            command += " \\\n  --raw " + ShellWords.quoted(latin(body));
        } else if (body != null) {
            notes.add("# Download the request's body first, and keep it as " + fileName() + ".");
            command = command.replaceFirst(" --ignore-stdin", "") + " < " + fileName();
        }
        return text(notes, command);
    }

    /** A blank keeps a value that begins with a sign from being read as another kind of item. */
    private static String httpieField(HeaderField field) {
        if (field.value().isEmpty()) {
            return field.name() + ";";
        }
        boolean sign = field.value().startsWith("=") || field.value().startsWith("@");
        return field.name() + ":" + (sign ? " " : "") + field.value();
    }

    /** For the console of a browser, or Node. */
    public String fetch() {
        List<String> notes = notes("//");
        List<String> left = new ArrayList<>();
        StringBuilder call = new StringBuilder("await fetch(")
                .append(js(exchange.url()))
                .append(", {\n  method: ")
                .append(js(exchange.method()))
                .append(",\n  headers: [\n");
        for (HeaderField field : sent()) {
            String name = field.name().toLowerCase(Locale.ROOT);
            if (FORBIDDEN_TO_SCRIPTS.contains(name) || name.startsWith("sec-") || name.startsWith("proxy-")) {
                left.add(Visible.field(field.name()));
            } else {
                call.append("    [")
                        .append(js(field.name()))
                        .append(", ")
                        .append(latinJs(field.value()))
                        .append("],\n");
            }
        }
        call.append("  ],\n");
        boolean bodyless = exchange.method().equals("GET") || exchange.method().equals("HEAD");
        if (body != null && bodyless) {
            notes.add("// A script cannot send a body with " + exchange.method() + ".");
        } else if (body != null && body.length > MAX_INLINE_BYTES) {
            notes.add("// The body is too long for here: put it in as a file or a Blob.");
        } else if (body != null) {
            call.append("  body: ").append(scriptBody(latin(body))).append(",\n");
        }
        if (!left.isEmpty()) {
            notes.add("// Browsers set these themselves: " + String.join(", ", left));
        }
        return text(notes, call.append("});").toString());
    }

    private static String scriptBody(String latin) {
        Optional<String> text = Visible.utf8(latin);
        return text.isPresent()
                ? js(text.get())
                : "Uint8Array.from(atob("
                        + js(Base64.getEncoder().encodeToString(latin.getBytes(StandardCharsets.ISO_8859_1)))
                        + "), c => c.charCodeAt(0))";
    }

    /** Header values of scripts are one character per byte, as ours are. */
    private static String latinJs(String latin) {
        return js(latin);
    }

    private static String js(String text) {
        StringBuilder literal = new StringBuilder();
        String json = JSON.writeValueAsString(text);
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            boolean hidden = c >= 0x7f
                    && !Visible.line(String.valueOf(c)).equals(String.valueOf(c))
                    && !Character.isSurrogate(c);
            literal.append(hidden ? String.format(Locale.ROOT, "\\u%04x", (int) c) : String.valueOf(c));
        }
        return literal.toString();
    }

    /** The request as HTTP/1.1, with odd bytes named. */
    public String raw() {
        StringBuilder raw = new StringBuilder(SideView.raw(exchange, Direction.TO_UPSTREAM)).append('\n');
        if (body != null) {
            String text =
                    latin(body.length <= MAX_INLINE_BYTES ? body : java.util.Arrays.copyOf(body, MAX_INLINE_BYTES));
            raw.append(Visible.utf8(text).map(Visible::text).orElseGet(() -> Visible.field(text)));
        }
        return text(notes("#"), raw.toString());
    }

    private List<HeaderField> sent() {
        return exchange.requestHeaders().stream()
                .filter(field -> !OWN_FIELDS.contains(field.name().toLowerCase(Locale.ROOT))
                        || (field.isNamed("host") && !field.value().equalsIgnoreCase(exchange.authority())))
                .toList();
    }

    /** What somebody has to fill in or to know, as comments. */
    private List<String> notes(String sign) {
        List<String> notes = new ArrayList<>();
        List<String> redacted = new ArrayList<>();
        if (Redacted.in(exchange.target())) {
            redacted.add("the address");
        }
        for (HeaderField field : exchange.requestHeaders()) {
            if (Redacted.in(field.value()) || field.value().equals(HeadView.HIDDEN)) {
                redacted.add(Visible.field(field.name()));
            }
        }
        if (body != null && body.length <= MAX_INLINE_BYTES && Redacted.in(latin(body))) {
            redacted.add("the body");
        }
        if (!redacted.isEmpty()) {
            notes.add(sign + " Fill in what was taken out before it was recorded: " + String.join(", ", redacted));
        }
        if (missing != null) {
            notes.add(sign + " " + missing);
        }
        if (!exchange.requestTrailers().isEmpty()) {
            notes.add(sign + " It had trailers, which are not sent here.");
        }
        return notes;
    }

    private static String text(List<String> notes, String command) {
        return notes.isEmpty() ? command : String.join("\n", notes) + "\n" + command;
    }
}
