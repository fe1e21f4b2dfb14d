package io.portrgateway.admin.secret;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;

/** Makes random tokens, and the digests by which they are found again. Thread-safe. */
public final class Tokens {

    private static final SecureRandom RANDOM = new SecureRandom();

    private Tokens() {}

    /** That many random bytes as lower-case hex. */
    public static String randomHex(int byteCount) {
        byte[] bytes = new byte[byteCount];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /**
     * The SHA-256 of a token. A plain hash is enough, and a salt would forbid the look-up: tokens carry at least 128 random
     * bits, so there is nothing to guess.
     */
    public static byte[] sha256(String token) {
        return sha256(token.getBytes(StandardCharsets.UTF_8));
    }

    /** Whether two digests are equal, in a time that does not tell where they differ. */
    public static boolean isEqual(byte[] one, byte[] other) {
        return MessageDigest.isEqual(one, other);
    }

    /** The SHA-256 of anything. */
    public static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("SHA-256 is not available", impossible);
        }
    }
}
