package io.portrgateway.admin.body;

import io.portrgateway.admin.exchange.StoredBody;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A recorded body, unpacked and with its kind found out. Its parts are read when they are asked for. Confined to one request;
 * nobody changes the bytes.
 */
public final class Content {

    private final StoredBody stored;
    private final Decoding.Decoded decoded;
    private final MediaTypes type;
    private final Kind kind;
    private Charsets.@Nullable Text text;

    private Content(StoredBody stored, Decoding.Decoded decoded, MediaTypes type) {
        this.stored = stored;
        this.decoded = decoded;
        this.type = type;
        this.kind = kind();
    }

    /** A body with the values of its headers {@code Content-Type} and {@code Content-Encoding}. */
    public static Content of(StoredBody stored, @Nullable String contentType, @Nullable String contentEncoding) {
        return new Content(
                stored,
                Decoding.decode(stored.content(), stored.truncated(), contentEncoding),
                MediaTypes.of(contentType));
    }

    /** Bytes that came without a content coding. */
    public static Content of(byte[] bytes, boolean truncated, @Nullable String contentType) {
        return of(new StoredBody(bytes, bytes.length, truncated), contentType, null);
    }

    private Kind kind() {
        byte[] bytes = decoded.bytes();
        if (bytes.length == 0) {
            return Kind.EMPTY;
        }
        if (decoded.coded()) {
            return Kind.BINARY;
        }
        if (Images.type(bytes).isPresent()) {
            return Kind.IMAGE;
        }
        if (type.type().startsWith("multipart/")) {
            return Kind.MULTIPART;
        }
        boolean textual = type.charset().isPresent() || Charsets.looksLikeText(bytes);
        if (!textual) {
            return Kind.BINARY;
        }
        if (type.isJson()) {
            return Kind.JSON;
        }
        if (type.type().equals("application/x-www-form-urlencoded")) {
            return Kind.FORM;
        }
        if (type.type().equals("text/html") || type.type().equals("application/xhtml+xml")) {
            return Kind.HTML;
        }
        if (type.isXml()) {
            return Kind.XML;
        }
        // many services send JSON and call it text, or nothing
        boolean guess = type.type().isEmpty()
                || type.type().equals("text/plain")
                || type.type().equals("application/octet-stream");
        return guess
                        && beginsLikeJson(bytes)
                        && json().filter(json -> json.problem() == null).isPresent()
                ? Kind.JSON
                : Kind.TEXT;
    }

    private static boolean beginsLikeJson(byte[] bytes) {
        for (byte b : bytes) {
            if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                return b == '{' || b == '[';
            }
        }
        return false;
    }

    public Kind whatKind() {
        return kind;
    }

    /** The media type as it was said, without parameters; empty when nothing sensible was said. */
    public String mediaType() {
        return type.type();
    }

    /** Without content codings, as far as they could be undone. */
    public byte[] bytes() {
        return decoded.bytes();
    }

    /** As it passed. */
    public StoredBody stored() {
        return stored;
    }

    /** The content codings that were undone. */
    public List<String> undone() {
        return decoded.undone();
    }

    /** What went wrong with the content codings; null when nothing did. */
    public @Nullable String codingProblem() {
        return decoded.problem();
    }

    /** Whether the bytes still are in a content coding. */
    public boolean isCoded() {
        return decoded.coded();
    }

    /** The characters, whatever the kind. */
    public String text() {
        return characters().text();
    }

    /** The charset it is read in. */
    public String charset() {
        return characters().charset();
    }

    /** What went wrong with the charset; null when nothing did. */
    public @Nullable String charsetProblem() {
        if (type.charsetName().isPresent() && type.charset().isEmpty()) {
            return "Its charset is not known here, so it is read as " + charset() + ".";
        }
        return characters().damaged() && !stored.truncated()
                ? "Some bytes are not valid " + charset() + " and are shown as \ufffd."
                : null;
    }

    private Charsets.Text characters() {
        Charsets.Text known = text;
        if (known == null) {
            known = Charsets.decode(decoded.bytes(), type.charset());
            text = known;
        }
        return known;
    }

    /** The tree, if it is JSON at all. */
    public Optional<Json> json() {
        return Json.parse(text(), isCut());
    }

    public Form form() {
        return Form.parse(text().strip());
    }

    public Optional<Parts> parts() {
        return Parts.parse(decoded.bytes(), type.boundary(), isCut());
    }

    /** The text set in lines, if it is well-formed XML without a document type. */
    public Optional<String> prettyXml() {
        return Xml.pretty(text());
    }

    /** The media type of a picture that browsers show and that can hold no script. */
    public Optional<String> imageType() {
        return kind == Kind.IMAGE ? Images.type(decoded.bytes()) : Optional.empty();
    }

    private boolean isCut() {
        return stored.truncated() || decoded.problem() != null;
    }
}
