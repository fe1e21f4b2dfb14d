package io.portrgateway.tunnel.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a service's response head must keep to, and what follows from it. Stateless. */
final class ResponseRules {

    private ResponseRules() {}

    /**
     * Whether the head means one thing only. The codec has checked lengths; a coding other than chunked alone could be
     * read in two ways by what comes behind us.
     */
    static boolean isClear(HttpResponse response, int maxHeaderCount) {
        HttpVersion version = response.protocolVersion();
        if (response.decoderResult().isFailure()
                || (version != HttpVersion.HTTP_1_1 && version != HttpVersion.HTTP_1_0)
                || response.headers().size() > maxHeaderCount) {
            return false;
        }
        List<String> codings = response.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING);
        return codings.isEmpty()
                || (codings.size() == 1 && AsciiString.contentEqualsIgnoreCase(codings.get(0), "chunked"));
    }

    static boolean hasBody(HttpResponse response, boolean toHead) {
        int status = response.status().code();
        return !toHead
                && status != HttpResponseStatus.NO_CONTENT.code()
                && status != HttpResponseStatus.NOT_MODIFIED.code();
    }

    /** Whether the stream can carry another request after this response. */
    static boolean keepsStream(HttpResponse response, @Nullable List<String> connectionNames, boolean hasBody) {
        HttpHeaders headers = response.headers();
        boolean endsByItself = !hasBody
                || headers.contains(HttpHeaderNames.CONTENT_LENGTH)
                || headers.contains(HttpHeaderNames.TRANSFER_ENCODING);
        if (!endsByItself || (connectionNames != null && connectionNames.contains("close"))) {
            return false;
        }
        return response.protocolVersion() == HttpVersion.HTTP_1_1
                || (connectionNames != null && connectionNames.contains("keep-alive"));
    }
}
