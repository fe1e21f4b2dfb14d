package io.portrgateway.tunnel.http;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A visitor's request head that passed the strict rules: one authority, one framing, an origin-form target. Everything
 * that routes, filters and frames uses this one reading of it (threats 5.2, W9).
 *
 * <p>Confined to the visitor's event loop.
 */
final class RequestHead {

    /** Length of a body that comes in chunks. */
    static final long CHUNKED = -1;

    private static final int MAX_METHOD_LENGTH = 32;

    private final HttpRequest request;
    private String target;
    private String host = "";
    private @Nullable String upgrade;
    private @Nullable List<String> connectionNames;
    private long bodyBytes;
    private int hostCount;
    private boolean closes;
    private boolean keepsAlive;
    private boolean connectionUpgrade;
    private boolean takesTrailers;
    private boolean ping;
    private boolean expectsContinue;

    private RequestHead(HttpRequest request) {
        this.request = request;
        this.target = request.uri();
    }

    /** Reads the head; throws {@link MalformedHead} when it breaks a rule. */
    static RequestHead read(HttpRequest request, int maxHeaderCount) {
        RequestHead head = new RequestHead(request);
        head.readFields(maxHeaderCount);
        head.checkStart();
        head.checkHost();
        return head;
    }

    HttpMethod method() {
        return request.method();
    }

    boolean isHead() {
        return HttpMethod.HEAD.equals(request.method());
    }

    HttpHeaders headers() {
        return request.headers();
    }

    /** Path and query exactly as the visitor sent them, one character per byte. */
    String target() {
        return target;
    }

    /** The {@code Host} value as it was sent. */
    String host() {
        return host;
    }

    boolean isHttp10() {
        return request.protocolVersion() == HttpVersion.HTTP_1_0;
    }

    /** Whether the visitor will use the connection again. */
    boolean keepsConnection() {
        return !closes && (!isHttp10() || keepsAlive);
    }

    boolean hasBody() {
        return bodyBytes != 0;
    }

    /** Bytes of the body, or {@link #CHUNKED}. */
    long bodyBytes() {
        return bodyBytes;
    }

    /** The protocol the visitor asks to change to, where that is allowed. */
    @Nullable
    String upgrade() {
        return upgrade;
    }

    boolean takesTrailers() {
        return takesTrailers;
    }

    /** Whether the visitor waits for a 100 before it sends the body. */
    boolean expectsContinue() {
        return expectsContinue;
    }

    boolean isPing() {
        return ping && HttpMethod.GET.equals(method());
    }

    /** Whether sending it twice does no harm, and it can be sent again at all. */
    boolean isReplaySafe() {
        HttpMethod method = method();
        return !hasBody()
                && upgrade == null
                && (HttpMethod.GET.equals(method)
                        || HttpMethod.HEAD.equals(method)
                        || HttpMethod.OPTIONS.equals(method));
    }

    /** Whether {@code Connection} names the field, which makes it end at this hop. */
    boolean isNamedByConnection(CharSequence name) {
        return connectionNames != null && ConnectionTokens.contains(connectionNames, name);
    }

    private void readFields(int maxHeaderCount) {
        if (request.headers().size() > maxHeaderCount) {
            throw new MalformedHead(
                    Failure.HEADER_TOO_LARGE, "fields: " + request.headers().size());
        }
        Iterator<Map.Entry<CharSequence, CharSequence>> fields =
                request.headers().iteratorCharSequence();
        boolean lengthSeen = false;
        while (fields.hasNext()) {
            Map.Entry<CharSequence, CharSequence> field = fields.next();
            CharSequence value = field.getValue();
            switch (HeaderKind.of(field.getKey())) {
                case HOST -> {
                    hostCount++;
                    host = value.toString();
                }
                case CONTENT_LENGTH -> {
                    if (lengthSeen) {
                        throw bad("several Content-Length");
                    }
                    lengthSeen = true;
                    bodyBytes = length(value);
                }
                case TRANSFER_ENCODING -> {
                    if (bodyBytes == CHUNKED || !AsciiString.contentEqualsIgnoreCase(value, "chunked")) {
                        throw bad("Transfer-Encoding");
                    }
                    bodyBytes = CHUNKED;
                }
                case CONNECTION -> readConnection(value);
                case UPGRADE -> upgrade = value.toString();
                case TE -> takesTrailers |= ConnectionTokens.contains(ConnectionTokens.split(value), "trailers");
                case EXPECT -> {
                    expectsContinue = true;
                    if (!AsciiString.contentEqualsIgnoreCase(value, "100-continue")) {
                        throw bad("Expect");
                    }
                }
                case PING -> ping = AsciiString.contentEqualsIgnoreCase(value, "true");
                case PLAIN, HOP, FORWARDED, REPLAY, PORTR -> {}
            }
        }
        if (lengthSeen && bodyBytes == CHUNKED) {
            throw bad("Content-Length and Transfer-Encoding");
        }
        if (!connectionUpgrade || isHttp10() || isHttp2(upgrade)) {
            upgrade = null;
        }
    }

    /** An upgrade to cleartext HTTP/2 would carry requests past every rule of this edge, so it is not offered on. */
    private static boolean isHttp2(@Nullable String protocol) {
        return protocol != null && protocol.regionMatches(true, 0, "h2c", 0, 3);
    }

    private void readConnection(CharSequence value) {
        if (AsciiString.contentEqualsIgnoreCase(value, "keep-alive")) {
            keepsAlive = true;
            return;
        }
        for (String token : ConnectionTokens.split(value)) {
            switch (token) {
                case "close" -> closes = true;
                case "keep-alive" -> keepsAlive = true;
                case "upgrade" -> connectionUpgrade = true;
                default -> {
                    if (connectionNames == null) {
                        connectionNames = new ArrayList<>(2);
                    }
                    connectionNames.add(token);
                }
            }
        }
    }

    private static long length(CharSequence value) {
        int count = value.length();
        if (count == 0 || count > 18) {
            throw bad("Content-Length");
        }
        long length = 0;
        for (int i = 0; i < count; i++) {
            char digit = value.charAt(i);
            if (digit < '0' || digit > '9') {
                throw bad("Content-Length");
            }
            length = length * 10 + digit - '0';
        }
        return length;
    }

    private void checkStart() {
        HttpVersion version = request.protocolVersion();
        if (version != HttpVersion.HTTP_1_1 && version != HttpVersion.HTTP_1_0) {
            throw bad("version");
        }
        HttpMethod method = request.method();
        if (HttpMethod.CONNECT.equals(method) || !isToken(method.name())) {
            throw bad("method");
        }
        if (target.isEmpty()) {
            throw bad("target");
        }
        if (target.charAt(0) != '/') {
            if (HttpMethod.OPTIONS.equals(method) && "*".equals(target)) {
                return;
            }
            target = originForm(target);
        }
        for (int i = 0; i < target.length(); i++) {
            char c = target.charAt(i);
            if (c <= 0x20 || c == '#' || c == 0x7F || c > 0xFF) {
                throw bad("target");
            }
        }
    }

    /** The absolute form must be understood (RFC 9112, 3.2.2); it is taken only when it names the same authority. */
    private String originForm(String absolute) {
        int scheme = absolute.regionMatches(true, 0, "http://", 0, 7)
                ? 7
                : absolute.regionMatches(true, 0, "https://", 0, 8) ? 8 : -1;
        if (scheme < 0 || host.isEmpty()) {
            throw bad("target");
        }
        int end = scheme + host.length();
        if (!absolute.regionMatches(true, scheme, host, 0, host.length())) {
            throw bad("target names another host");
        }
        if (end == absolute.length()) {
            return "/";
        }
        return switch (absolute.charAt(end)) {
            case '/' -> absolute.substring(end);
            case '?' -> "/" + absolute.substring(end);
            default -> throw bad("target names another host");
        };
    }

    private void checkHost() {
        if (hostCount != 1 || host.isEmpty() || !HostRouter.isWellFormed(host)) {
            throw bad("Host");
        }
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            boolean plain = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || c == '-'
                    || c == '.'
                    || c == ':'
                    || c == '_'
                    || c == '['
                    || c == ']';
            if (!plain) {
                throw bad("Host");
            }
        }
    }

    private static boolean isToken(String name) {
        if (name.isEmpty() || name.length() > MAX_METHOD_LENGTH) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c <= 0x20 || c >= 0x7F || "\"(),/:;<=>?@[\\]{}".indexOf(c) >= 0) {
                return false;
            }
        }
        return true;
    }

    private static MalformedHead bad(String what) {
        return new MalformedHead(Failure.BAD_REQUEST, what);
    }
}
