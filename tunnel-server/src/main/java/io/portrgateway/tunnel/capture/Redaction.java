package io.portrgateway.tunnel.capture;

import io.portrgateway.tunnel.capture.RecordedExchange.Request;
import io.portrgateway.tunnel.capture.RecordedExchange.Response;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Takes secrets out of records before anything else sees them: values of header fields, of query parameters and form
 * fields, by name, and values in JSON texts, by path. Immutable.
 */
public final class Redaction {

    static final String MARK = "[redacted]";

    /** Fields whose value begins with a word that is no secret. */
    private static final Set<String> WITH_SCHEME = Set.of("authorization", "proxy-authorization");

    private static final Set<String> SCHEMES = Set.of(
            "basic",
            "bearer",
            "digest",
            "negotiate",
            "ntlm",
            "token",
            "apikey",
            "hawk",
            "signature",
            "aws4-hmac-sha256",
            "dpop");

    /** Fields whose value is an address, which may have a query. */
    private static final Set<String> ADDRESSES = Set.of("referer", "location", "content-location");

    private final Set<String> headers;
    private final Set<String> parameters;
    private final BodyRedaction bodies;

    /** Names in any case. */
    Redaction(List<String> headers, List<String> parameters, JsonPaths paths) {
        this.headers = lowerCase(headers);
        this.parameters = lowerCase(parameters);
        this.bodies = new BodyRedaction(paths, this::parameters);
    }

    private static Set<String> lowerCase(List<String> names) {
        return names.stream().map(Redaction::lowerCase).collect(Collectors.toUnmodifiableSet());
    }

    private static String lowerCase(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    /** Whether nobody can read the JSON paths, so that no JSON text is kept. */
    boolean isBlind() {
        return bodies.isBlind();
    }

    /** The record without its secrets. */
    RecordedExchange apply(RecordedExchange record) {
        Request request = record.request();
        Response response = record.response();
        return record.with(
                new Request(
                        request.visitorAddress(),
                        request.scheme(),
                        request.httpVersion(),
                        request.tls(),
                        request.method(),
                        request.authority(),
                        target(request.target()),
                        fields(request.headers()),
                        request.replayOf()),
                new Response(
                        response.status(),
                        fields(response.headers()),
                        fields(response.trailers()),
                        fields(response.requestTrailers()),
                        bodies.apply(request.headers(), response.requestBody()),
                        bodies.apply(response.headers(), response.body()),
                        response.requestBytes(),
                        response.responseBytes()));
    }

    /**
     * A text that passed by itself, such as a frame or an event, without its secrets: a JSON text like a JSON body, and
     * anything else as it is. Where JSON texts have secrets, a part of a text is not kept, for nobody can read it.
     *
     * @param isWhole whether the text begins and ends in what passed; not a fragment of a message
     */
    public BodySample text(BodySample text, boolean isWhole) {
        return bodies.text(text, isWhole);
    }

    /** The fields with their order, names and number. */
    Fields fields(Fields fields) {
        Fields redacted = fields;
        for (int i = 0; i < fields.count(); i++) {
            String name = lowerCase(fields.name(i));
            if (headers.contains(name)) {
                redacted = redacted.with(i, WITH_SCHEME.contains(name) ? credentials(fields.value(i)) : MARK);
            } else if (ADDRESSES.contains(name)) {
                redacted = redacted.with(i, target(fields.value(i)));
            }
        }
        return redacted;
    }

    /** Only known words stay, because a bare secret may contain a blank. */
    private static String credentials(String value) {
        int blank = value.indexOf(' ');
        boolean hasScheme = blank > 0 && SCHEMES.contains(lowerCase(value.substring(0, blank)));
        return hasScheme ? value.substring(0, blank + 1) + MARK : MARK;
    }

    /** The address with the values of secret parameters replaced, the rest as it was. */
    String target(String target) {
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query + 1) + parameters(target.substring(query + 1));
    }

    /** The query, or a form, which is written alike. */
    private String parameters(String query) {
        if (parameters.isEmpty()) {
            return query;
        }
        StringBuilder redacted = new StringBuilder(query.length());
        int start = 0;
        while (start <= query.length()) {
            int end = endOfParameter(query, start);
            append(redacted, query.substring(start, end));
            if (end < query.length()) {
                redacted.append(query.charAt(end));
            }
            start = end + 1;
        }
        return redacted.toString();
    }

    private static int endOfParameter(String target, int start) {
        int end = start;
        while (end < target.length() && "&;#".indexOf(target.charAt(end)) < 0) {
            end++;
        }
        return end;
    }

    private void append(StringBuilder redacted, String parameter) {
        int equals = parameter.indexOf('=');
        if (equals >= 0 && parameters.contains(lowerCase(decoded(parameter.substring(0, equals))))) {
            redacted.append(parameter, 0, equals + 1).append(MARK);
        } else {
            redacted.append(parameter);
        }
    }

    private static String decoded(String name) {
        try {
            return URLDecoder.decode(name, StandardCharsets.ISO_8859_1);
        } catch (IllegalArgumentException notEncoded) {
            return name;
        }
    }
}
