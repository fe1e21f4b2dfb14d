package io.portrgateway.admin.audit;

import java.util.regex.Pattern;

/** What texts of others become before they are written down: one line, of bounded length, without our own keys in it. */
final class AuditText {

    static final int MAX_CHARS = 500;

    private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}\\u2028\\u2029]+");

    /** A secret key or API token, typed or pasted into the wrong field. */
    private static final Pattern OWN_SECRET = Pattern.compile("(?i)\\b(portr_|pgat_)[a-z0-9_-]{16,}");

    private AuditText() {}

    static String clean(String text) {
        String bounded = text.length() > 4 * MAX_CHARS ? text.substring(0, 4 * MAX_CHARS) : text;
        String line = CONTROL.matcher(bounded).replaceAll(" ").strip();
        String masked = OWN_SECRET.matcher(line).replaceAll("$1…");
        return masked.length() > MAX_CHARS ? masked.substring(0, MAX_CHARS - 1) + "…" : masked;
    }
}
