package io.portrgateway.tunnel.ops;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers the private port's three paths. Confined to its channel's event loop. */
final class OpsHandler extends SimpleChannelInboundHandler<FullHttpRequest> {

    private static final Logger LOG = LoggerFactory.getLogger(OpsHandler.class);
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String JSON = "application/json";
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    private final Readiness readiness;
    private final Supplier<String> scrape;

    OpsHandler(Readiness readiness, Supplier<String> scrape) {
        this.readiness = readiness;
        this.scrape = scrape;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
        boolean isKept =
                HttpUtil.isKeepAlive(request) && request.decoderResult().isSuccess();
        FullHttpResponse response = answer(request);
        HttpUtil.setContentLength(response, response.content().readableBytes());
        if (request.method().equals(HttpMethod.HEAD)) {
            response.content().clear();
        }
        HttpUtil.setKeepAlive(response, isKept);
        var written = ctx.writeAndFlush(response);
        if (!isKept) {
            written.addListener(ChannelFutureListener.CLOSE);
        }
    }

    private FullHttpResponse answer(FullHttpRequest request) {
        if (!request.decoderResult().isSuccess()) {
            return response(HttpResponseStatus.BAD_REQUEST, TEXT, "bad request\n");
        }
        if (!request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD)) {
            return response(HttpResponseStatus.METHOD_NOT_ALLOWED, TEXT, "only GET and HEAD\n");
        }
        return switch (new QueryStringDecoder(request.uri()).rawPath()) {
            case "/livez" -> response(HttpResponseStatus.OK, TEXT, "ok\n");
            case "/readyz" -> ready();
            case "/metrics" -> response(HttpResponseStatus.OK, PROMETHEUS, scrape.get());
            default -> response(HttpResponseStatus.NOT_FOUND, TEXT, "try /livez, /readyz or /metrics\n");
        };
    }

    private FullHttpResponse ready() {
        List<Readiness.Finding> findings = readiness.findings();
        boolean isReady =
                findings.stream().allMatch(finding -> finding.problem().isEmpty());
        StringBuilder json = new StringBuilder(256)
                .append("{\"status\":\"")
                .append(isReady ? "ready" : "not ready")
                .append("\",\"checks\":{");
        for (int i = 0; i < findings.size(); i++) {
            Readiness.Finding finding = findings.get(i);
            json.append(i == 0 ? "" : ",");
            appendText(json, finding.name());
            json.append(":{\"ok\":").append(finding.problem().isEmpty());
            finding.problem().ifPresent(problem -> appendText(json.append(",\"problem\":"), problem));
            json.append('}');
        }
        json.append("}}\n");
        return response(
                isReady ? HttpResponseStatus.OK : HttpResponseStatus.SERVICE_UNAVAILABLE, JSON, json.toString());
    }

    private static void appendText(StringBuilder json, String text) {
        json.append('"');
        text.chars().forEach(character -> {
            switch (character) {
                case '"' -> json.append("\\\"");
                case '\\' -> json.append("\\\\");
                default -> json.append(character < ' ' ? ' ' : (char) character);
            }
        });
        json.append('"');
    }

    private static FullHttpResponse response(HttpResponseStatus status, String type, String body) {
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, status, Unpooled.copiedBuffer(body, StandardCharsets.UTF_8));
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, type);
        response.headers().set(HttpHeaderNames.CACHE_CONTROL, "no-store");
        return response;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.debug("ops.connection_failed cause={}", cause.toString());
        ctx.close();
    }
}
