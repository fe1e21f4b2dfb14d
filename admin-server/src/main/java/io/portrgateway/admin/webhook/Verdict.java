package io.portrgateway.admin.webhook;

import java.util.Locale;

/**
 * Whether a webhook's signature is right, and if not, why. Immutable.
 *
 * @param sentence says it to a person, with what to do
 */
public record Verdict(Provider provider, Finding finding, String sentence) {

    /** What was found. */
    public enum Finding {
        VALID,
        /** Right, but not with the newest secret. */
        OLD_SECRET,
        /** Right, but its time is not that of the request. */
        OUTSIDE_TOLERANCE,
        NO_SECRET,
        HEADER_MISSING,
        HEADER_MALFORMED,
        BODY_NOT_RECORDED,
        BODY_CUT,
        BODY_REDACTED,
        /** The signature is right, but of another body. */
        BODY_CHANGED,
        /** The signature is right, but of another URL. */
        OTHER_URL,
        WRONG_SECRET;

        /** As the API names it. */
        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** For its colour: {@code good} when it is right, {@code warn} when it could not be told, else {@code bad}. */
    public String tone() {
        return switch (finding) {
            case VALID -> "good";
            case OLD_SECRET, NO_SECRET, BODY_NOT_RECORDED, BODY_CUT, BODY_REDACTED -> "warn";
            case OUTSIDE_TOLERANCE, HEADER_MISSING, HEADER_MALFORMED, BODY_CHANGED, OTHER_URL, WRONG_SECRET -> "bad";
        };
    }

    /** In two or three words. */
    public String title() {
        return switch (finding) {
            case VALID -> "Signature is right";
            case OLD_SECRET -> "Signed with an old secret";
            case OUTSIDE_TOLERANCE -> "Signed at another time";
            case NO_SECRET -> "Not checked: no secret stored";
            case HEADER_MISSING -> "Not signed";
            case HEADER_MALFORMED -> "Signature unreadable";
            case BODY_NOT_RECORDED, BODY_CUT, BODY_REDACTED -> "Cannot be checked";
            case BODY_CHANGED -> "Body was changed";
            case OTHER_URL -> "Signed for another URL";
            case WRONG_SECRET -> "Signature is wrong";
        };
    }
}
