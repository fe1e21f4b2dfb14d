package io.portrgateway.admin.body;

/** What stands where tunnel-server took a secret out. Stateless. */
public final class Redacted {

    /** As {@code capture.Redaction} of tunnel-server writes it. */
    public static final String MARK = "[redacted]";

    private Redacted() {}

    /** Whether something was taken out of this text. */
    public static boolean in(String text) {
        return text.contains(MARK);
    }
}
