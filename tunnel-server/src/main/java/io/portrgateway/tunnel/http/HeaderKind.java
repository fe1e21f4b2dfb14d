package io.portrgateway.tunnel.http;

import io.netty.util.AsciiString;

/** What the edge does with a header field, told by its name. */
enum HeaderKind {
    /** Passed on unchanged. */
    PLAIN,
    HOST,
    CONTENT_LENGTH,
    TRANSFER_ENCODING,
    CONNECTION,
    UPGRADE,
    TE,
    EXPECT,
    /** Ends at this hop: never passed on. */
    HOP,
    /** Says who the visitor is: believed from trusted proxies only. */
    FORWARDED,
    /** {@code X-Portr-Ping-Request}. */
    PING,
    /** {@code X-Portr-Replayed-Request-Id}. */
    REPLAY,
    /** Any other {@code X-Portr-*}: internal, removed from requests. */
    PORTR;

    private static final AsciiString INTERNAL_PREFIX = AsciiString.cached("x-portr-");

    /** The kind of a field name in any case. */
    static HeaderKind of(CharSequence name) {
        return switch (name.length()) {
            case 2 -> is(name, "te") ? TE : PLAIN;
            case 4 -> is(name, "host") ? HOST : PLAIN;
            case 6 -> is(name, "expect") ? EXPECT : PLAIN;
            case 7 -> is(name, "upgrade") ? UPGRADE : PLAIN;
            case 9 -> is(name, "forwarded") || is(name, "x-real-ip") ? FORWARDED : PLAIN;
            case 10 -> is(name, "connection") ? CONNECTION : is(name, "keep-alive") ? HOP : PLAIN;
            case 14 -> is(name, "content-length") ? CONTENT_LENGTH : is(name, "http2-settings") ? HOP : portrOr(name);
            case 15 -> is(name, "x-forwarded-for") ? FORWARDED : portrOr(name);
            case 16 ->
                is(name, "proxy-connection")
                        ? HOP
                        : is(name, "x-forwarded-host") || is(name, "x-forwarded-port") ? FORWARDED : portrOr(name);
            case 17 ->
                is(name, "transfer-encoding")
                        ? TRANSFER_ENCODING
                        : is(name, "x-forwarded-proto") ? FORWARDED : portrOr(name);
            case 19 -> is(name, "proxy-authorization") ? HOP : portrOr(name);
            case 20 -> is(name, "x-portr-ping-request") ? PING : portrOr(name);
            case 27 -> is(name, "x-portr-replayed-request-id") ? REPLAY : portrOr(name);
            default -> name.length() > INTERNAL_PREFIX.length() ? portrOr(name) : PLAIN;
        };
    }

    private static HeaderKind portrOr(CharSequence name) {
        return AsciiString.regionMatches(name, true, 0, INTERNAL_PREFIX, 0, INTERNAL_PREFIX.length()) ? PORTR : PLAIN;
    }

    private static boolean is(CharSequence name, String lowerCase) {
        return AsciiString.contentEqualsIgnoreCase(name, lowerCase);
    }
}
