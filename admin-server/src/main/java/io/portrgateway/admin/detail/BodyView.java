package io.portrgateway.admin.detail;

import io.portrgateway.admin.body.Content;
import io.portrgateway.admin.body.Form;
import io.portrgateway.admin.body.HexDump;
import io.portrgateway.admin.body.Json;
import io.portrgateway.admin.body.Kind;
import io.portrgateway.admin.body.Parts;
import io.portrgateway.admin.body.Visible;
import io.portrgateway.admin.exchange.Direction;
import io.portrgateway.admin.web.Format;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One body in one of the ways in which it can be looked at. Immutable.
 *
 * @param direction as paths name it
 * @param facts what it is, in a few words each
 * @param notes what a reader must know: that it is cut, damaged, still packed
 * @param view the way that is shown
 * @param views the ways there are; the first is the best
 * @param text what is shown as text, of views {@code pretty}, {@code text} and {@code hex}
 * @param from where the shown piece begins
 * @param previous where the piece before begins, or -1
 * @param next where the piece after begins, or -1
 */
record BodyView(
        String direction,
        String kind,
        List<String> facts,
        List<String> notes,
        String view,
        List<View> views,
        @Nullable JsonView tree,
        @Nullable Form form,
        List<PartView> parts,
        @Nullable String text,
        long from,
        long previous,
        long next,
        boolean downloadable) {

    static final int TEXT_CHARS = 100_000;
    static final int HEX_BYTES = 4096;
    private static final int PART_CHARS = 4000;
    private static final int PART_HEX = 512;

    /** A way to look at it. */
    record View(String key, String label) {
        static final View TREE = new View("tree", "Tree");
        static final View PRETTY = new View("pretty", "Pretty");
        static final View FIELDS = new View("fields", "Fields");
        static final View PARTS = new View("parts", "Parts");
        static final View IMAGE = new View("image", "Image");
        static final View TEXT = new View("text", "Text");
        static final View HEX = new View("hex", "Hex");
    }

    /** One part of a multipart body; {@code text} is its beginning. */
    record PartView(
            @Nullable String name,
            @Nullable String fileName,
            @Nullable String contentType,
            String size,
            List<Parts.Head> heads,
            String text,
            boolean hex,
            boolean cut,
            boolean whole) {}

    /** Nothing to show, and why. */
    static BodyView none(Direction direction, String why) {
        return new BodyView(
                direction.text(),
                "none",
                List.of(),
                List.of(why),
                "none",
                List.of(),
                null,
                null,
                List.of(),
                null,
                0,
                -1,
                -1,
                false);
    }

    static BodyView of(Direction direction, Content content, String wanted, long from, Format format) {
        Optional<Json> json = content.whatKind() == Kind.JSON ? content.json() : Optional.empty();
        Optional<Parts> parts = content.whatKind() == Kind.MULTIPART ? content.parts() : Optional.empty();
        Optional<String> xml = content.whatKind() == Kind.XML ? content.prettyXml() : Optional.empty();
        List<View> views = views(content, json.isPresent(), parts.isPresent(), xml.isPresent());
        View view = views.stream()
                .filter(one -> one.key().equals(wanted))
                .findFirst()
                .orElse(views.getFirst());
        List<String> notes = notes(content, format);
        @Nullable JsonView tree = null;
        @Nullable Form form = null;
        @Nullable String text = null;
        List<PartView> shown = List.of();
        switch (view.key()) {
            case "tree" -> {
                tree = JsonView.of(json.orElseThrow());
                add(notes, tree.problem());
            }
            case "pretty" ->
                text = json.map(Json::pretty).or(() -> xml).map(Visible::text).orElseThrow();
            case "fields" -> {
                form = content.form();
                add(notes, form.cut() ? "Only the first 1,000 fields are shown." : null);
            }
            case "parts" -> {
                shown = parts(parts.orElseThrow(), format);
                add(notes, parts.orElseThrow().problem());
            }
            case "text" -> {
                text = Visible.text(content.text());
                add(notes, content.charsetProblem());
            }
            default -> {
                // an image is fetched by the browser; bytes are dumped below
            }
        }
        Piece piece = view.key().equals("hex") ? hex(content.bytes(), from) : piece(text, from);
        return new BodyView(
                direction.text(),
                content.whatKind().words(),
                facts(content, format),
                List.copyOf(notes),
                view.key(),
                views,
                tree,
                form,
                shown,
                piece.text(),
                piece.from(),
                piece.previous(),
                piece.next(),
                true);
    }

    private static List<View> views(Content content, boolean json, boolean parts, boolean xml) {
        List<View> views = new ArrayList<>();
        if (json) {
            views.add(View.TREE);
            views.add(View.PRETTY);
        }
        if (content.whatKind() == Kind.FORM) {
            views.add(View.FIELDS);
        }
        if (parts) {
            views.add(View.PARTS);
        }
        if (xml) {
            views.add(View.PRETTY);
        }
        if (content.whatKind() == Kind.IMAGE) {
            views.add(View.IMAGE);
        } else if (content.whatKind() != Kind.BINARY) {
            views.add(View.TEXT);
        }
        views.add(View.HEX);
        return List.copyOf(views);
    }

    private static void add(List<String> notes, @Nullable String note) {
        if (note != null) {
            notes.add(note);
        }
    }

    private static List<String> facts(Content content, Format format) {
        List<String> facts = new ArrayList<>();
        facts.add(content.whatKind().words());
        facts.add(format.bytes(content.stored().totalBytes()));
        if (!content.undone().isEmpty()) {
            facts.add(String.join(", ", content.undone()) + " → " + format.bytes(content.bytes().length));
        }
        if (content.whatKind().isText() && !content.charset().equals("UTF-8")) {
            facts.add(content.charset());
        }
        return List.copyOf(facts);
    }

    private static List<String> notes(Content content, Format format) {
        List<String> notes = new ArrayList<>();
        if (content.stored().truncated()) {
            notes.add("Only the first " + format.bytes(content.stored().content().length) + " of "
                    + format.bytes(content.stored().totalBytes()) + " were recorded.");
        }
        add(notes, content.codingProblem());
        return notes;
    }

    private static List<PartView> parts(Parts parts, Format format) {
        return parts.parts().stream()
                .map(part -> {
                    Content content = Content.of(part.content(), !part.whole(), part.contentType());
                    boolean hex = !content.whatKind().isText() && content.whatKind() != Kind.EMPTY;
                    String all = hex ? HexDump.of(part.content(), 0, PART_HEX) : Visible.text(content.text());
                    boolean cut = hex ? part.content().length > PART_HEX : all.length() > PART_CHARS;
                    return new PartView(
                            part.name(),
                            part.fileName(),
                            part.contentType() == null ? null : Visible.field(part.contentType()),
                            format.bytes(part.content().length),
                            part.heads(),
                            hex || !cut ? all : all.substring(0, PART_CHARS),
                            hex,
                            cut,
                            part.whole());
                })
                .toList();
    }

    private record Piece(@Nullable String text, long from, long previous, long next) {}

    private static Piece hex(byte[] bytes, long wanted) {
        long from = wanted >= bytes.length || wanted < 0 ? 0 : wanted / HEX_BYTES * HEX_BYTES;
        return new Piece(
                HexDump.of(bytes, (int) from, HEX_BYTES),
                from,
                from == 0 ? -1 : from - HEX_BYTES,
                from + HEX_BYTES < bytes.length ? from + HEX_BYTES : -1);
    }

    private static Piece piece(@Nullable String text, long wanted) {
        if (text == null) {
            return new Piece(null, 0, -1, -1);
        }
        int from = wanted >= text.length() || wanted < 0 ? 0 : (int) (wanted / TEXT_CHARS * TEXT_CHARS);
        int until = Math.min(text.length(), from + TEXT_CHARS);
        return new Piece(
                text.substring(from, until),
                from,
                from == 0 ? -1 : from - TEXT_CHARS,
                until < text.length() ? until : -1);
    }
}
