package io.portrgateway.tunnel.testclient;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The first lines of an HTTP/1.1 message, byte for byte. Immutable.
 *
 * @param startLine request line or status line
 * @param fields the header lines as they stood
 */
public record HttpHead(String startLine, List<String> fields) {

    public HttpHead {
        fields = List.copyOf(fields);
    }

    /** Cuts a head, with or without its empty line, into lines. */
    public static HttpHead parse(byte[] raw) {
        String[] lines = new String(raw, StandardCharsets.ISO_8859_1).split("\r\n");
        return new HttpHead(lines[0], List.of(lines).subList(1, lines.length));
    }

    /** The value of the first field of that name. */
    public Optional<String> first(String name) {
        return fields.stream()
                .filter(field -> isNamed(field, name))
                .map(field -> field.substring(field.indexOf(':') + 1).trim())
                .findFirst();
    }

    /** Whether a list field of that name has that element, given in lower case. */
    public boolean has(String name, String token) {
        return fields.stream()
                .filter(field -> isNamed(field, name))
                .flatMap(
                        field -> List.of(field.substring(field.indexOf(':') + 1).split(",")).stream())
                .anyMatch(value -> value.trim().toLowerCase(Locale.ROOT).equals(token));
    }

    /** The same without those fields. */
    public HttpHead without(String... names) {
        List<String> kept = new ArrayList<>(fields);
        kept.removeIf(field -> List.of(names).stream().anyMatch(name -> isNamed(field, name)));
        return new HttpHead(startLine, kept);
    }

    /** The same with one more field. */
    public HttpHead with(String name, String value) {
        List<String> more = new ArrayList<>(fields);
        more.add(name + ": " + value);
        return new HttpHead(startLine, more);
    }

    /** Whether the body is chunked. */
    public boolean isChunked() {
        return has("Transfer-Encoding", "chunked");
    }

    /** Bytes of the body as announced, or -1. */
    public long contentLength() {
        return first("Content-Length").map(Long::parseLong).orElse(-1L);
    }

    /** Whether another protocol is asked for. */
    public boolean isUpgrade() {
        return has("Connection", "upgrade") && first("Upgrade").isPresent();
    }

    /** Whether it is a request whose answer has no body. */
    public boolean isHeadRequest() {
        return startLine.startsWith("HEAD ");
    }

    /** The status of a response. */
    public int status() {
        return Integer.parseInt(startLine.split(" ", 3)[1]);
    }

    /** As it goes on the wire. */
    public byte[] bytes() {
        StringBuilder text = new StringBuilder(startLine).append("\r\n");
        fields.forEach(field -> text.append(field).append("\r\n"));
        return text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static boolean isNamed(String field, String name) {
        return field.length() > name.length()
                && field.charAt(name.length()) == ':'
                && field.regionMatches(true, 0, name, 0, name.length());
    }
}
