package io.portrgateway.admin;

import java.security.SecureRandom;
import java.util.Base64;

/** Makes values for {@code PORTR_ADMIN_ENCRYPTION_KEY}. */
final class EncryptionKeys {

    private static final int KEY_BYTES = 32;

    private EncryptionKeys() {}

    static String generate() {
        byte[] key = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(key);
        return Base64.getEncoder().encodeToString(key);
    }
}
