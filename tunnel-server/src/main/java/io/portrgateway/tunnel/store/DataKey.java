package io.portrgateway.tunnel.store;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts what is stored of some exchanges, with AES-256-GCM: twelve random bytes of nonce, then the cipher text with its
 * tag. The purpose is authenticated along, so that no part can be moved to another place. Thread-safe.
 */
final class DataKey {

    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final String id;
    private final SecretKeySpec key;

    private DataKey(String id, SecretKeySpec key) {
        this.id = id;
        this.key = key;
    }

    static DataKey random(String id) {
        byte[] key = new byte[KEY_BYTES];
        RANDOM.nextBytes(key);
        return new DataKey(id, new SecretKeySpec(key, "AES"));
    }

    /** The name by which it is found again. */
    String id() {
        return id;
    }

    byte[] encoded() {
        return key.getEncoded();
    }

    /** What a part of an exchange is encrypted for: its header and trailer fields. */
    static String heads(String exchangeId) {
        return "heads/" + exchangeId;
    }

    /** A body, by its direction as the database names it. */
    static String body(String exchangeId, String direction) {
        return "body/" + direction + "/" + exchangeId;
    }

    /** A frame or event, by its number. */
    static String frame(String exchangeId, int number) {
        return "frame/" + number + "/" + exchangeId;
    }

    byte[] seal(String purpose, byte[] plain) {
        byte[] nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(purpose.getBytes(StandardCharsets.UTF_8));
            byte[] sealed = Arrays.copyOf(nonce, NONCE_BYTES + cipher.getOutputSize(plain.length));
            cipher.doFinal(plain, 0, plain.length, sealed, NONCE_BYTES);
            return sealed;
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("AES-GCM is not available", impossible);
        }
    }
}
