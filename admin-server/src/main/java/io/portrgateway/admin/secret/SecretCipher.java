package io.portrgateway.admin.secret;

import io.portrgateway.admin.settings.Secret;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts secrets for the database with AES-256-GCM. Thread-safe.
 *
 * <p>Stored form: one byte of format (1), four bytes that name the key (so that a key can be replaced while rows of the
 * old one remain), twelve random bytes of nonce, cipher text with its tag. The purpose is authenticated along, so a value
 * cannot be moved from one column to another.
 */
public final class SecretCipher {

    private static final byte FORMAT = 1;
    private static final int KEY_ID_BYTES = 4;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final int HEAD_BYTES = 1 + KEY_ID_BYTES + NONCE_BYTES;

    private final List<Key> keys = new ArrayList<>();
    private final SecureRandom random = new SecureRandom();

    private record Key(int id, SecretKeySpec spec) {}

    /** A cipher that encrypts with the first key and decrypts with any; each is base64 of 32 bytes. */
    public SecretCipher(List<Secret> base64Keys) {
        for (Secret base64 : base64Keys) {
            byte[] key = Base64.getDecoder().decode(base64.reveal());
            int id = ByteBuffer.wrap(Tokens.sha256(key)).getInt();
            keys.add(new Key(id, new SecretKeySpec(key, "AES")));
        }
    }

    /** The stored form of a secret; a different one each time. */
    public byte[] encrypt(String purpose, String plain) {
        Key key = keys.getFirst();
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            Cipher cipher = cipher(Cipher.ENCRYPT_MODE, key, nonce, purpose);
            byte[] text = cipher.doFinal(plain.getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.allocate(HEAD_BYTES + text.length)
                    .put(FORMAT)
                    .putInt(key.id())
                    .put(nonce)
                    .put(text)
                    .array();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("AES-GCM is not available", impossible);
        }
    }

    /** The secret, or nothing when it was not encrypted with one of our keys for this purpose, or was changed. */
    public Optional<String> decrypt(String purpose, byte[] stored) {
        if (stored.length <= HEAD_BYTES || stored[0] != FORMAT) {
            return Optional.empty();
        }
        int id = ByteBuffer.wrap(stored, 1, KEY_ID_BYTES).getInt();
        byte[] nonce = Arrays.copyOfRange(stored, 1 + KEY_ID_BYTES, HEAD_BYTES);
        return keys.stream()
                .filter(key -> key.id() == id)
                .findFirst()
                .flatMap(key -> open(key, nonce, purpose, stored));
    }

    private static Optional<String> open(Key key, byte[] nonce, String purpose, byte[] stored) {
        try {
            Cipher cipher = cipher(Cipher.DECRYPT_MODE, key, nonce, purpose);
            byte[] plain = cipher.doFinal(stored, HEAD_BYTES, stored.length - HEAD_BYTES);
            return Optional.of(new String(plain, StandardCharsets.UTF_8));
        } catch (GeneralSecurityException changed) {
            return Optional.empty();
        }
    }

    private static Cipher cipher(int mode, Key key, byte[] nonce, String purpose) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key.spec(), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(purpose.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }
}
