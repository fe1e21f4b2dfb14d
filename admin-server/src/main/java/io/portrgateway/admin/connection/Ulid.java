package io.portrgateway.admin.connection;

import java.security.SecureRandom;
import java.time.Instant;

/** Makes connection ids: 48 bits of milliseconds, 80 random bits, as 26 characters of Crockford's base 32, upper case. */
final class Ulid {

    static final int LENGTH = 26;

    private static final char[] ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ".toCharArray();
    private static final int TIME_LENGTH = 10;
    private static final SecureRandom RANDOM = new SecureRandom();

    private Ulid() {}

    static String at(Instant now) {
        char[] text = new char[LENGTH];
        long millis = now.toEpochMilli();
        for (int i = TIME_LENGTH - 1; i >= 0; i--) {
            text[i] = ALPHABET[(int) (millis & 31)];
            millis >>>= 5;
        }
        byte[] random = new byte[LENGTH - TIME_LENGTH];
        RANDOM.nextBytes(random);
        for (int i = TIME_LENGTH; i < LENGTH; i++) {
            text[i] = ALPHABET[random[i - TIME_LENGTH] & 31];
        }
        return new String(text);
    }
}
