package io.portrgateway.tunnel.capture;

import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The words by which an exchange is found: runs of letters and digits in its target, header fields and textual bodies, in
 * lower case. They are made of a record without its secrets. Confined to one call.
 */
public final class Words {

    private static final int LONGEST = 64;
    private static final int MOST = 1000;
    private static final int BODY_BYTES = 16 << 10;
    private static final Pattern BARE_PERCENT = Pattern.compile("%(?![0-9A-Fa-f]{2})");

    private final Set<String> words = new LinkedHashSet<>();

    private Words() {}

    /** All words of a record. */
    public static Set<String> of(RecordedExchange record) {
        Words words = new Words();
        words.addEncoded(record.request().target());
        words.add(record.request().headers());
        words.add(record.response().requestTrailers());
        words.add(record.response().headers());
        words.add(record.response().trailers());
        words.addBody(record.request().headers(), record.response().requestBody());
        words.addBody(record.response().headers(), record.response().body());
        return words.words;
    }

    /** The words of what is never encrypted. */
    public static Set<String> ofTarget(RecordedExchange record) {
        Words words = new Words();
        words.addEncoded(record.request().target());
        return words.words;
    }

    private void add(Fields fields) {
        for (int i = 0; i < fields.count(); i++) {
            add(fields.name(i));
            add(readable(fields.value(i)));
        }
    }

    private void addBody(Fields headers, BodySample body) {
        if (body.keptBytes() == 0) {
            return;
        }
        BodyFormat format = BodyFormat.of(headers);
        if (format.isText()) {
            String text = new String(format.decoded(body, BODY_BYTES), format.charset());
            if (format.isForm()) {
                addEncoded(text);
            } else {
                add(text);
            }
        }
    }

    /** The text as it is, and without its percent signs. */
    private void addEncoded(String text) {
        add(readable(text));
        if (text.indexOf('%') >= 0) {
            add(URLDecoder.decode(BARE_PERCENT.matcher(text).replaceAll("%25"), StandardCharsets.UTF_8));
        }
    }

    private void add(String text) {
        int start = -1;
        int at = 0;
        while (at < text.length() && words.size() < MOST) {
            int character = text.codePointAt(at);
            if (Character.isLetterOrDigit(character)) {
                start = start < 0 ? at : start;
            } else if (start >= 0) {
                addWord(text, start, at);
                start = -1;
            }
            at += Character.charCount(character);
        }
        if (start >= 0 && words.size() < MOST) {
            addWord(text, start, text.length());
        }
    }

    private void addWord(String text, int start, int end) {
        // Cut before the case is changed, which may make it longer, and after
        String lower = text.substring(start, Math.min(end, start + LONGEST)).toLowerCase(Locale.ROOT);
        int length = Math.min(lower.length(), LONGEST);
        words.add(
                Character.isHighSurrogate(lower.charAt(length - 1))
                        ? lower.substring(0, length - 1)
                        : lower.substring(0, length));
    }

    /** Fields have one character per byte; most of those that are not ASCII are UTF-8. */
    private static String readable(String latin) {
        if (latin.chars().noneMatch(character -> character >= 0x80)) {
            return latin;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(latin.getBytes(StandardCharsets.ISO_8859_1)))
                    .toString();
        } catch (CharacterCodingException somethingElse) {
            return latin;
        }
    }
}
