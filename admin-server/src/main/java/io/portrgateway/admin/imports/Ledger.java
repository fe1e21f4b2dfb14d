package io.portrgateway.admin.imports;

import io.portrgateway.admin.imports.ImportReport.Counts;
import io.portrgateway.admin.imports.ImportReport.Reason;
import io.portrgateway.admin.imports.ImportReport.Remark;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Counts what becomes of each row, and keeps what has to be said about it: at most {@value #MAX_REMARKS} remarks. */
final class Ledger {

    private static final int MAX_REMARKS = 10_000;

    private final Map<Kind, Counts> counts = new EnumMap<>(Kind.class);
    private final List<Remark> remarks = new ArrayList<>();
    private long omittedRemarks;

    void imported(Kind kind) {
        add(kind, new Counts(1, 0, 0, 0));
    }

    void alreadyHere(Kind kind) {
        add(kind, new Counts(0, 1, 0, 0));
    }

    void skipped(Kind kind, String subject, String why) {
        add(kind, new Counts(0, 0, 1, 0));
        remark(Reason.SKIPPED, kind, subject, why);
    }

    void conflict(Kind kind, String subject, String why) {
        add(kind, new Counts(0, 0, 0, 1));
        remark(Reason.CONFLICT, kind, subject, why);
    }

    /** Beside what became of the row. */
    void note(Kind kind, String subject, String text) {
        remark(Reason.NOTE, kind, subject, text);
    }

    ImportReport report(String place, boolean dryRun) {
        return new ImportReport(place, PortrDatabase.SCHEMA_VERSION, dryRun, counts, remarks, omittedRemarks);
    }

    private void add(Kind kind, Counts more) {
        counts.merge(kind, more, Counts::plus);
    }

    private void remark(Reason reason, Kind kind, String subject, String text) {
        if (remarks.size() < MAX_REMARKS) {
            remarks.add(new Remark(reason, kind, ImportReport.clean(subject), ImportReport.clean(text)));
        } else {
            omittedRemarks++;
        }
    }
}
