package io.portrgateway.admin.imports;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What an import did, or would do. Holds e-mail addresses and names, never a secret. Immutable.
 *
 * @param place the database that was read
 * @param counts one for each kind; each row that was read is in exactly one of its four numbers
 * @param remarks what a person has to know, in the order of the rows
 * @param omittedRemarks how many more there were than are kept
 */
public record ImportReport(
        String place,
        long schemaVersion,
        boolean dryRun,
        Map<Kind, Counts> counts,
        List<Remark> remarks,
        long omittedRemarks) {

    public ImportReport {
        counts = Map.copyOf(counts);
        remarks = List.copyOf(remarks);
    }

    /** What became of the rows of one kind. */
    public record Counts(long imported, long alreadyHere, long skipped, long conflicts) {

        static final Counts NONE = new Counts(0, 0, 0, 0);

        Counts plus(Counts other) {
            return new Counts(
                    imported + other.imported,
                    alreadyHere + other.alreadyHere,
                    skipped + other.skipped,
                    conflicts + other.conflicts);
        }
    }

    /** Why a remark is made. */
    public enum Reason {
        /** Something of ours is in the way; it was left as it is. */
        CONFLICT("Conflicts (what is here was left as it is)"),
        /** The row cannot be brought over. */
        SKIPPED("Skipped"),
        /** The row was brought over; something about it is worth knowing. */
        NOTE("Notes");

        private final String heading;

        Reason(String heading) {
            this.heading = heading;
        }
    }

    /** One thing to know about one row. */
    public record Remark(Reason reason, Kind kind, String subject, String text) {}

    /** Over all kinds. */
    public Counts total() {
        return counts.values().stream().reduce(Counts.NONE, Counts::plus);
    }

    /** Whether everything that was read is here now, or was before. */
    public boolean isComplete() {
        Counts total = total();
        return total.skipped() + total.conflicts() == 0;
    }

    /** For people, without control characters. */
    public String words() {
        StringBuilder text = new StringBuilder();
        text.append("Import from ").append(clean(place)).append(" (Portr 1.0.18)");
        text.append(dryRun ? ", dry run\n\n" : "\n\n");
        text.append("%-22s%10s%14s%10s%11s%n".formatted("", "imported", "already here", "skipped", "conflicts"));
        for (Kind kind : Kind.values()) {
            text.append(line(kind.words(), counts.getOrDefault(kind, Counts.NONE)));
        }
        for (Reason reason : Reason.values()) {
            List<Remark> some =
                    remarks.stream().filter(remark -> remark.reason() == reason).toList();
            if (!some.isEmpty()) {
                text.append('\n').append(reason.heading).append('\n');
                some.forEach(remark -> text.append(line(remark)));
            }
        }
        if (omittedRemarks > 0) {
            text.append("\nand ").append(omittedRemarks).append(" more remarks, which were counted but not kept\n");
        }
        return text.append('\n').append(conclusion()).append('\n').toString();
    }

    private String conclusion() {
        long imported = total().imported();
        String attention =
                isComplete() ? "" : " What is listed under conflicts and skipped is not here: decide about each.";
        if (imported == 0) {
            return "Nothing to bring over, nothing was changed." + attention;
        }
        return (dryRun
                        ? imported + " rows would be brought over. Nothing was changed."
                        : imported + " rows were brought over.")
                + attention;
    }

    private static String line(String words, Counts counts) {
        return "%-22s%10d%14d%10d%11d%n"
                .formatted(words, counts.imported(), counts.alreadyHere(), counts.skipped(), counts.conflicts());
    }

    private static String line(Remark remark) {
        return "  " + remark.kind().words() + ": " + remark.subject() + ": " + remark.text() + "\n";
    }

    /** For programs: a tree of maps and lists. */
    public Map<String, Object> json() {
        Map<String, Object> rows = new LinkedHashMap<>();
        for (Kind kind : Kind.values()) {
            rows.put(kind.key(), json(counts.getOrDefault(kind, Counts.NONE)));
        }
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("from", clean(place));
        report.put("schema_version", schemaVersion);
        report.put("dry_run", dryRun);
        report.put("complete", isComplete());
        report.put("total", json(total()));
        report.put("rows", rows);
        report.put("remarks", remarks.stream().map(ImportReport::json).toList());
        report.put("omitted_remarks", omittedRemarks);
        return report;
    }

    private static Map<String, Object> json(Counts counts) {
        Map<String, Object> numbers = new LinkedHashMap<>();
        numbers.put("imported", counts.imported());
        numbers.put("already_here", counts.alreadyHere());
        numbers.put("skipped", counts.skipped());
        numbers.put("conflicts", counts.conflicts());
        return numbers;
    }

    private static Map<String, Object> json(Remark remark) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("reason", remark.reason().name().toLowerCase(Locale.ROOT));
        fields.put("kind", remark.kind().key());
        fields.put("subject", remark.subject());
        fields.put("text", remark.text());
        return fields;
    }

    /** A foreign text for a terminal: no control characters, not endless. */
    static String clean(String text) {
        String shown = text.replaceAll("[\\p{Cntrl}\\p{Cf}\\u2028\\u2029]", "?");
        return shown.length() <= 200 ? shown : shown.substring(0, 200) + "…";
    }
}
