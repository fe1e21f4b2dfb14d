package io.portrgateway.admin.web;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Ids that sort by time: 48 bits of milliseconds, 80 random bits, as 26 characters of Crockford's base 32, upper case.
 * Stateless.
 */
public final class Ulid {

    /** Of a text that {@link #time} takes; also for paths. */
    public static final String PATTERN = "[0-7][0-9A-HJKMNP-TV-Z]{25}";

    static final int LENGTH = 26;

    private static final Pattern FORM = Pattern.compile(PATTERN);
    private static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static final int TIME_LENGTH = 10;
    private static final int BITS = 5;
    private static final int LOW_BITS = (1 << BITS) - 1;
    private static final SecureRandom RANDOM = new SecureRandom();

    private Ulid() {}

    /** A new id of this time. */
    public static String at(Instant now) {
        char[] text = new char[LENGTH];
        long millis = now.toEpochMilli();
        for (int i = TIME_LENGTH - 1; i >= 0; i--) {
            text[i] = ALPHABET.charAt((int) (millis & LOW_BITS));
            millis >>>= BITS;
        }
        byte[] random = new byte[LENGTH - TIME_LENGTH];
        RANDOM.nextBytes(random);
        for (int i = TIME_LENGTH; i < LENGTH; i++) {
            text[i] = ALPHABET.charAt(random[i - TIME_LENGTH] & LOW_BITS);
        }
        return new String(text);
    }

    /** The time of an id, to the millisecond; nothing when this is no id. */
    public static Optional<Instant> time(String id) {
        if (!FORM.matcher(id).matches()) {
            return Optional.empty();
        }
        long millis = 0;
        for (int i = 0; i < TIME_LENGTH; i++) {
            millis = millis << BITS | ALPHABET.indexOf(id.charAt(i));
        }
        return Optional.of(Instant.ofEpochMilli(millis));
    }
}
