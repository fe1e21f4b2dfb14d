package io.portrgateway.tunnel.http;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads HTTP/2 header blocks as HTTP/1.1 heads. Nothing may turn into another line once it is written as HTTP/1.1.
 * Netty's own conversion loses a buffer for each request whose path it refuses. Stateless.
 */
final class Http2Requests {

    private Http2Requests() {}

    /**
     * The request head; {@link RequestHead} checks the rest.
     *
     * @param complete whether no body follows
     */
    static HttpRequest request(Http2Headers block, boolean complete) {
        CharSequence method = required(block.method());
        CharSequence path = required(block.path());
        HttpRequest request;
        try {
            request = new DefaultHttpRequest(
                    HttpVersion.HTTP_1_1,
                    HttpMethod.valueOf(method.toString()),
                    path.toString(),
                    DefaultHttpHeadersFactory.headersFactory());
        } catch (IllegalArgumentException invalid) {
            throw new MalformedHead(Failure.BAD_REQUEST, "pseudo-header field");
        }
        HttpHeaders headers = request.headers();
        @Nullable CharSequence authority = block.authority();
        if (authority != null) {
            headers.add(HttpHeaderNames.HOST, plain(authority));
        }
        fields(block, headers);
        if (!complete && !headers.contains(HttpHeaderNames.CONTENT_LENGTH)) {
            headers.add(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        return request;
    }

    /** Adds the regular fields; cookies, which HTTP/2 may split, become one field again (RFC 9113, 8.2.3). */
    static void fields(Http2Headers block, HttpHeaders headers) {
        @Nullable StringBuilder cookies = null;
        for (Map.Entry<CharSequence, CharSequence> field : block) {
            CharSequence name = field.getKey();
            String value = plain(field.getValue());
            if (name.length() == 0 || name.charAt(0) == ':') {
                continue;
            }
            if (AsciiString.contentEquals(HttpHeaderNames.TRANSFER_ENCODING, name)) {
                throw new MalformedHead(Failure.BAD_REQUEST, "Transfer-Encoding");
            }
            if (AsciiString.contentEquals(HttpHeaderNames.COOKIE, name)) {
                cookies = cookies == null
                        ? new StringBuilder(value)
                        : cookies.append("; ").append(value);
                continue;
            }
            try {
                headers.add(name, value);
            } catch (IllegalArgumentException invalid) {
                throw new MalformedHead(Failure.BAD_REQUEST, "field");
            }
        }
        if (cookies != null) {
            headers.add(HttpHeaderNames.COOKIE, cookies.toString());
        }
    }

    private static CharSequence required(@Nullable CharSequence pseudo) {
        if (pseudo == null) {
            throw new MalformedHead(Failure.BAD_REQUEST, "pseudo-header field");
        }
        return pseudo;
    }

    private static String plain(CharSequence text) {
        String value = text.toString();
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if ((c < 0x20 && c != '\t') || c == 0x7F || c > 0xFF) {
                throw new MalformedHead(Failure.BAD_REQUEST, "field value");
            }
        }
        return value;
    }
}
