package io.portrgateway.tunnel.store;

import com.github.f4b6a3.ulid.UlidCreator;
import io.portrgateway.tunnel.metrics.StoreMetrics.Task;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the keys by which this node encrypts exchanges: one at a time, used for an hour, and stored wrapped with the public
 * key of admin-server, which alone can read what they encrypted ({@code exchange.Unsealing} there). Confined to the
 * writer's thread.
 */
final class Sealing {

    private static final Logger LOG = LoggerFactory.getLogger(Sealing.class);

    private static final Duration LIFETIME = Duration.ofHours(1);
    /** So often it is looked whether admin-server has another pair, because it lost the key to the old one. */
    private static final Duration LOOK_INTERVAL = Duration.ofMinutes(1);

    private static final Duration MISSING_LOOK_INTERVAL = Duration.ofSeconds(1);

    private static final OAEPParameterSpec OAEP =
            new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT);

    private final Database database;
    private @Nullable DataKey current;
    private long sealKeyId;
    private long madeNanos;
    private long lookedNanos;
    private boolean hasLooked;
    private boolean isMissing;

    private record SealKey(long id, PublicKey publicKey) {}

    Sealing(Database database) {
        this.database = database;
    }

    /**
     * The key to encrypt with now; null when admin-server has made no pair yet. Waits for the database.
     *
     * @throws java.util.concurrent.CompletionException when it cannot be asked
     */
    @Nullable
    DataKey key() {
        long now = System.nanoTime();
        Duration interval = current == null ? MISSING_LOOK_INTERVAL : LOOK_INTERVAL;
        if (hasLooked && now - lookedNanos < interval.toNanos()) {
            return current;
        }
        Optional<SealKey> sealKey =
                database.submit(Task.CAPTURE_SEAL, Sealing::newestSealKey).join();
        lookedNanos = now;
        hasLooked = true;
        if (sealKey.isEmpty()) {
            tellMissing();
            current = null;
        } else if (current == null
                || sealKey.get().id() != sealKeyId
                || now - madeNanos >= LIFETIME.minus(LOOK_INTERVAL).toNanos()) {
            isMissing = false;
            current = null;
            current = newKey(sealKey.get());
            sealKeyId = sealKey.get().id();
            madeNanos = now;
        }
        return current;
    }

    private void tellMissing() {
        if (!isMissing) {
            LOG.warn(
                    "capture.no_seal_key: requests of teams that want encryption are recorded without headers and bodies"
                            + " until admin-server of this version has made its key; start it on this database");
        }
        isMissing = true;
    }

    /** Stored before anything is encrypted with it, and not used when nobody knows whether it was stored. */
    private DataKey newKey(SealKey sealKey) {
        DataKey key = DataKey.random(UlidCreator.getUlid().toString());
        byte[] wrapped = wrap(sealKey.publicKey(), key);
        database.submit(Task.CAPTURE_SEAL, connection -> insert(connection, sealKey.id(), key.id(), wrapped))
                .join();
        return key;
    }

    private static Optional<SealKey> newestSealKey(Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(
                        "select id, public_key from capture_seal_key order by id desc limit 1");
                ResultSet row = query.executeQuery()) {
            return row.next() ? Optional.of(new SealKey(row.getLong(1), publicKey(row.getBytes(2)))) : Optional.empty();
        }
    }

    private static int insert(Connection connection, long sealKeyId, String id, byte[] wrapped) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into capture_data_key (id, seal_key_id, wrapped_key) values (?, ?, ?) on conflict do nothing")) {
            insert.setString(1, id);
            insert.setLong(2, sealKeyId);
            insert.setBytes(3, wrapped);
            return insert.executeUpdate();
        }
    }

    private static PublicKey publicKey(byte[] encoded) throws SQLException {
        try {
            return KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(encoded));
        } catch (GeneralSecurityException wrong) {
            throw new SQLException("capture_seal_key.public_key: not readable (expected: an RSA key)", wrong);
        }
    }

    private static byte[] wrap(PublicKey publicKey, DataKey key) {
        try {
            Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPWithSHA-256AndMGF1Padding");
            cipher.init(Cipher.ENCRYPT_MODE, publicKey, OAEP);
            return cipher.doFinal(key.encoded());
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("RSA-OAEP is not available", impossible);
        }
    }
}
