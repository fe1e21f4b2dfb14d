package io.portrgateway.tunnel.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.portrgateway.tunnel.config.HttpConfig;
import io.portrgateway.tunnel.replay.Replay;
import io.portrgateway.tunnel.replay.Replay.Field;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes a request head of what somebody wants to be sent again. The text is written as bytes, read by the same strict
 * decoder as a visitor's, and must come out of it exactly as it went in: so nothing in it can be more than one request,
 * or another one. Framing is made here. Stateless.
 */
final class ReplayHeads {

    private ReplayHeads() {}

    /**
     * The head to send; throws {@link MalformedHead} when it breaks a rule.
     *
     * @param host for a request that names none
     */
    static RequestHead read(Replay replay, String host, HttpConfig.Limits limits) {
        Replay.Head head = replay.head();
        List<Field> fields = fields(replay, host);
        ByteBuf bytes = Unpooled.buffer();
        append(bytes, head.method());
        append(bytes.writeByte(' '), head.target());
        ByteBufUtil.writeAscii(bytes, " HTTP/1.1\r\n");
        for (Field field : fields) {
            append(bytes, field.name());
            ByteBufUtil.writeAscii(bytes, ": ");
            append(bytes, field.value());
            ByteBufUtil.writeAscii(bytes, "\r\n");
        }
        ByteBufUtil.writeAscii(bytes, "\r\n");
        HttpRequest request = decode(bytes, limits);
        if (!request.method().name().equals(head.method())
                || !request.uri().equals(head.target())
                || !sameFields(request.headers(), fields)) {
            throw bad("text");
        }
        return RequestHead.read(request, limits.headerCount());
    }

    /** The trailers to send; throws {@link MalformedHead} when one breaks a rule. */
    static HttpHeaders trailers(Replay replay) {
        HttpHeaders trailers =
                DefaultHttpHeadersFactory.trailersFactory().withValidation(true).newHeaders();
        for (Field field : replay.head().trailers()) {
            check(field.name());
            check(field.value());
            if (!HeaderRules.isTrailer(field.name())) {
                continue;
            }
            try {
                trailers.add(field.name(), field.value());
            } catch (IllegalArgumentException invalid) {
                throw bad("trailer");
            }
        }
        return trailers;
    }

    /** The fields with the framing that the body needs, in the place of the one it had. */
    private static List<Field> fields(Replay replay, String host) {
        Replay.Head head = replay.head();
        boolean chunked = !head.trailers().isEmpty()
                || head.headers().stream()
                        .anyMatch(field -> HeaderKind.of(field.name()) == HeaderKind.TRANSFER_ENCODING);
        Field framing = chunked
                ? new Field("Transfer-Encoding", "chunked")
                : new Field("Content-Length", Integer.toString(replay.bodyBytes()));
        boolean framed = false;
        boolean named = false;
        List<Field> fields = new ArrayList<>(head.headers().size() + 2);
        for (Field field : head.headers()) {
            switch (HeaderKind.of(field.name())) {
                case CONTENT_LENGTH, TRANSFER_ENCODING -> {
                    if (!framed) {
                        framed = true;
                        boolean same = HeaderKind.of(framing.name()) == HeaderKind.of(field.name());
                        fields.add(same ? new Field(field.name(), framing.value()) : framing);
                    }
                }
                // Ours, whoever sends it: this is no request to the gateway
                case PING -> {}
                case HOST -> {
                    named = true;
                    fields.add(field);
                }
                case PLAIN, CONNECTION, UPGRADE, TE, EXPECT, HOP, FORWARDED, REPLAY, PORTR -> fields.add(field);
            }
        }
        if (!named) {
            fields.addFirst(new Field("Host", host));
        }
        // An empty body may have had a length of 0 or none at all, and has it again
        if (!framed && (chunked || replay.bodyBytes() > 0)) {
            fields.add(framing);
        }
        return fields;
    }

    private static HttpRequest decode(ByteBuf bytes, HttpConfig.Limits limits) {
        EmbeddedChannel decoder = new EmbeddedChannel();
        decoder.config().setAllocator(UnpooledByteBufAllocator.DEFAULT);
        decoder.pipeline().addLast(new VisitorDecoder(limits, () -> {}));
        try {
            decoder.writeInbound(bytes);
            @Nullable Object first = decoder.readInbound();
            if (!(first instanceof HttpRequest request)) {
                throw bad("head");
            }
            if (request.decoderResult().isFailure()) {
                throw new MalformedHead(
                        Failures.ofRequest(request.decoderResult().cause()), "head");
            }
            return request;
        } finally {
            decoder.finishAndReleaseAll();
        }
    }

    private static boolean sameFields(HttpHeaders headers, List<Field> wanted) {
        Iterator<Map.Entry<CharSequence, CharSequence>> fields = headers.iteratorCharSequence();
        for (Field field : wanted) {
            if (!fields.hasNext()) {
                return false;
            }
            Map.Entry<CharSequence, CharSequence> sent = fields.next();
            if (!field.name().contentEquals(sent.getKey()) || !field.value().contentEquals(sent.getValue())) {
                return false;
            }
        }
        return !fields.hasNext();
    }

    private static void append(ByteBuf out, String text) {
        check(text);
        out.writeCharSequence(text, StandardCharsets.ISO_8859_1);
    }

    private static void check(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < 0x20 && c != '\t') || c == 0x7F || c > 0xFF) {
                throw bad("character");
            }
        }
    }

    private static MalformedHead bad(String what) {
        return new MalformedHead(Failure.BAD_REQUEST, what);
    }
}
