package io.portrgateway.admin.compare;

import io.portrgateway.admin.web.Format;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Two bodies: JSON by what it says, text by lines, everything else by its bytes. Immutable.
 *
 * @param verdict what the comparison says, in a few words
 * @param same whether nothing differs, as far as it was recorded
 * @param note what to know about it: not recorded whole, too large, written differently; null for nothing
 * @param lines null where they are not compared by lines
 * @param facts of bytes that are no text; empty for others
 */
record BodyDiff(
        String verdict,
        boolean same,
        @Nullable String note,
        @Nullable LineDiff lines,
        List<Fact> facts) {

    BodyDiff {
        facts = List.copyOf(facts);
    }

    /** One line of a small table. Immutable. */
    record Fact(String name, String first, String second) {

        public boolean isSame() {
            return first.equals(second);
        }
    }

    static BodyDiff of(Side.Body first, Side.Body second, Format format) {
        @Nullable String incomplete = incomplete(first, second, format);
        if (first.isUnknown() || second.isUnknown()) {
            return new BodyDiff("Not recorded", first.isUnknown() && second.isUnknown(), incomplete, null, List.of());
        }
        if (Arrays.equals(first.stored().content(), second.stored().content())) {
            String verdict = first.stored().content().length == 0
                    ? "Both are empty"
                    : incomplete == null ? "The same bytes" : "The same bytes, as far as recorded";
            return new BodyDiff(verdict, true, incomplete, null, List.of());
        }
        if (!first.isText() || !second.isText()) {
            return bytes(first, second, incomplete, format);
        }
        Optional<List<String>> firstJson = first.json();
        Optional<List<String>> secondJson = second.json();
        boolean json = firstJson.isPresent() && secondJson.isPresent();
        List<String> firstLines = json ? firstJson.get() : first.lines();
        List<String> secondLines = json ? secondJson.get() : second.lines();
        if (Math.max(firstLines.size(), secondLines.size()) > LineDiff.MAX_LINES) {
            String reason = "More than " + format.count(LineDiff.MAX_LINES)
                    + " lines are not compared one by one; here is what their bytes say.";
            return bytes(first, second, incomplete == null ? reason : reason + " " + incomplete, format);
        }
        LineDiff lines = LineDiff.of(firstLines, secondLines);
        if (lines.isSame()) {
            return new BodyDiff(
                    json ? "The same JSON" : "The same text",
                    json,
                    json
                            ? "It is written differently: blanks, or the order of members."
                            : "Only line ends, charset or content coding differ.",
                    null,
                    facts(first, second, format));
        }
        return new BodyDiff(
                count(lines.removed(), "line") + " only in A, " + count(lines.added(), "line") + " only in B",
                false,
                incomplete == null && json ? "JSON, set in lines with its members sorted by name." : incomplete,
                lines,
                List.of());
    }

    private static BodyDiff bytes(Side.Body first, Side.Body second, @Nullable String note, Format format) {
        return new BodyDiff("Different bytes", false, note, null, facts(first, second, format));
    }

    private static List<Fact> facts(Side.Body first, Side.Body second, Format format) {
        byte[] one = first.stored().content();
        byte[] other = second.stored().content();
        int at = Arrays.mismatch(one, other);
        return List.of(
                new Fact(
                        "Size",
                        format.count(first.stored().totalBytes()) + " bytes",
                        format.count(second.stored().totalBytes()) + " bytes"),
                new Fact("SHA-256", sha256(one), sha256(other)),
                new Fact("First difference", at(one, at), at(other, at)));
    }

    /** The byte that differs first, with a few before and after it. */
    private static String at(byte[] bytes, int at) {
        if (at < 0) {
            return "–";
        }
        if (at >= bytes.length) {
            return "ends at byte " + at;
        }
        byte[] around = Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + 8));
        return "byte " + at + ": " + HexFormat.ofDelimiter(" ").formatHex(around);
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static @Nullable String incomplete(Side.Body first, Side.Body second, Format format) {
        StringBuilder text = new StringBuilder();
        append(text, "A", first, format);
        append(text, "B", second, format);
        return text.isEmpty() ? null : text.toString();
    }

    private static void append(StringBuilder text, String name, Side.Body body, Format format) {
        if (body.stored().truncated()) {
            text.append(text.isEmpty() ? "" : " ")
                    .append("Of ")
                    .append(name)
                    .append(", ")
                    .append(
                            body.stored().content().length == 0
                                    ? "none"
                                    : format.bytes(body.stored().content().length))
                    .append(" of ")
                    .append(format.bytes(body.stored().totalBytes()))
                    .append(" were recorded.");
        }
        if (body.problem() != null) {
            text.append(text.isEmpty() ? "" : " ").append(name).append(": ").append(body.problem());
        }
    }

    private static String count(int number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }
}
