package io.portrgateway.admin.exchange;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.spec.MGF1ParameterSpec;
import java.time.Duration;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Reads what tunnel-server encrypted: with AES-256-GCM under a data key, which is stored wrapped with RSA-OAEP. tunnel-server's
 * {@code store.Sealing} is the other side. Thread-safe.
 */
@Component
final class Unsealing {

    private static final Logger log = LoggerFactory.getLogger(Unsealing.class);

    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final OAEPParameterSpec OAEP =
            new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT);

    private final JdbcClient database;
    private final SealKeys sealKeys;
    /** Unwrapping costs milliseconds, and a page has many parts. */
    private final Cache<String, SecretKeySpec> dataKeys = Caffeine.newBuilder()
            .maximumSize(200)
            .expireAfterAccess(Duration.ofMinutes(10))
            .build();

    Unsealing(JdbcClient database, SealKeys sealKeys) {
        this.database = database;
        this.sealKeys = sealKeys;
    }

    static String heads(String exchangeId) {
        return "heads/" + exchangeId;
    }

    static String body(String exchangeId, Direction direction) {
        return "body/" + direction.text() + "/" + exchangeId;
    }

    static String frame(String exchangeId, int number) {
        return "frame/" + number + "/" + exchangeId;
    }

    /** What was sealed for this purpose; nothing when the key is missing, or it was changed. */
    Optional<byte[]> open(String dataKeyId, String purpose, byte[] sealed) {
        @Nullable SecretKeySpec key = dataKeys.getIfPresent(dataKeyId);
        if (key == null) {
            key = dataKey(dataKeyId).orElse(null);
            if (key == null) {
                return Optional.empty();
            }
            dataKeys.put(dataKeyId, key);
        }
        if (sealed.length < NONCE_BYTES + TAG_BITS / 8) {
            return Optional.empty();
        }
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, sealed, 0, NONCE_BYTES));
            cipher.updateAAD(purpose.getBytes(StandardCharsets.UTF_8));
            return Optional.of(cipher.doFinal(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES));
        } catch (GeneralSecurityException changed) {
            log.warn("sealed_part_unreadable part={} key={}", purpose, dataKeyId);
            return Optional.empty();
        }
    }

    private Optional<SecretKeySpec> dataKey(String id) {
        return database.sql("""
                        select d.wrapped_key, s.private_key
                        from capture_data_key d join capture_seal_key s on s.id = d.seal_key_id where d.id = ?
                        """)
                .param(id)
                .query((row, number) -> unwrapped(id, row.getBytes(1), sealKeys.privateKey(row.getBytes(2))))
                .optional()
                .flatMap(key -> key);
    }

    private static Optional<SecretKeySpec> unwrapped(String id, byte[] wrapped, Optional<PrivateKey> privateKey) {
        if (privateKey.isEmpty()) {
            log.warn("seal_key_unreadable key={}", id);
            return Optional.empty();
        }
        try {
            Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPWithSHA-256AndMGF1Padding");
            cipher.init(Cipher.DECRYPT_MODE, privateKey.get(), OAEP);
            return Optional.of(new SecretKeySpec(cipher.doFinal(wrapped), "AES"));
        } catch (GeneralSecurityException wrong) {
            log.warn("data_key_unreadable key={}", id);
            return Optional.empty();
        }
    }
}
