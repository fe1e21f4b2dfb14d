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
 * Takes secrets out of records before anything else sees them: values of header fields and of query parameters, by name.
 * Bodies are kept as they are. Immutable.
 */
final class Redaction {

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

    /** Names in any case. */
    Redaction(List<String> headers, List<String> parameters) {
        this.headers = lowerCase(headers);
        this.parameters = lowerCase(parameters);
    }

    private static Set<String> lowerCase(List<String> names) {
        return names.stream().map(Redaction::lowerCase).collect(Collectors.toUnmodifiableSet());
    }

    private static String lowerCase(String name) {
        return name.toLowerCase(Locale.ROOT);
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
                        response.requestBody(),
                        response.body(),
                        response.requestBytes(),
                        response.responseBytes()));
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
        if (query < 0 || parameters.isEmpty()) {
            return target;
        }
        StringBuilder redacted = new StringBuilder(target.length()).append(target, 0, query + 1);
        int start = query + 1;
        while (start <= target.length()) {
            int end = endOfParameter(target, start);
            append(redacted, target.substring(start, end));
            if (end < target.length()) {
                redacted.append(target.charAt(end));
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
