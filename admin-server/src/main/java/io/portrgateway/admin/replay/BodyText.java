package io.portrgateway.admin.replay;

import io.portrgateway.admin.web.Outcome;
import io.portrgateway.admin.web.Refusal;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A body as text in a form. Browsers send every line end as CRLF, so that those of the recorded body are put back. Immutable.
 */
record BodyText(String text, String charset) {

    /** More is no pleasure in a form: a file can take its place. */
    static final int MAX_BYTES = 256 << 10;

    static final List<String> CHARSETS =
            List.of("UTF-8", "ISO-8859-1", "windows-1252", "UTF-16LE", "UTF-16BE", "Shift_JIS", "GB18030", "EUC-KR");

    private static final Pattern CHARSET = Pattern.compile("(?i);\\s*charset\\s*=\\s*\"?([^\";\\s]+)");

    /** What a text does not hold: controls other than tabs and line ends. */
    private static final Pattern BINARY = Pattern.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f\\ufffe\\uffff]");

    /** The recorded body as text, if it is one, short enough, and comes out as it went in. */
    static Optional<BodyText> of(byte[] body, Optional<String> contentType, boolean encoded) {
        String name = contentType
                .map(CHARSET::matcher)
                .filter(Matcher::find)
                .map(found -> found.group(1))
                .flatMap(BodyText::known)
                .orElse("UTF-8");
        if (encoded || body.length > MAX_BYTES) {
            return Optional.empty();
        }
        try {
            Charset charset = Charset.forName(name);
            String text = charset.newDecoder().decode(ByteBuffer.wrap(body)).toString();
            return BINARY.matcher(text).find() || !Arrays.equals(text.getBytes(charset), body)
                    ? Optional.empty()
                    : Optional.of(new BodyText(text, name));
        } catch (CharacterCodingException binary) {
            return Optional.empty();
        }
    }

    private static Optional<String> known(String name) {
        return CHARSETS.stream().filter(one -> one.equalsIgnoreCase(name)).findFirst();
    }

    /** The bytes of what was typed; those recorded where nothing was changed. */
    static Outcome<byte[]> bytes(String typed, String charsetName, Optional<BodyText> recorded) {
        Optional<String> known = known(charsetName);
        if (known.isEmpty()) {
            return refused("Choose one of the charsets of the list.");
        }
        Charset charset = Charset.forName(known.get());
        String text = withLineEnds(typed, recorded.map(BodyText::text).orElse(""));
        try {
            ByteBuffer bytes = charset.newEncoder()
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .encode(CharBuffer.wrap(text));
            byte[] content = new byte[bytes.remaining()];
            bytes.get(content);
            return Outcome.done(content);
        } catch (CharacterCodingException missing) {
            return refused("The text has characters that " + known.get() + " has not. Choose UTF-8, or take them out.");
        }
    }

    private static String withLineEnds(String typed, String recorded) {
        String plain = plain(typed);
        if (plain.equals(plain(recorded))) {
            return recorded;
        }
        boolean crlf =
                recorded.contains("\r\n") && !recorded.replace("\r\n", "").contains("\n");
        return crlf ? plain.replace("\n", "\r\n") : plain;
    }

    private static String plain(String text) {
        return text.replace("\r\n", "\n").replace('\r', '\n');
    }

    private static Outcome<byte[]> refused(String message) {
        return Outcome.refused(Refusal.invalid("body", message));
    }

    /** UTF-8 for what comes by the API. */
    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
