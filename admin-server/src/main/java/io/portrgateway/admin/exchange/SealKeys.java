package io.portrgateway.admin.exchange;

import io.portrgateway.admin.secret.SecretCipher;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionOperations;

/**
 * The pair of keys by which tunnel-server encrypts what only admin-server can read. It is made when the first team wants its
 * exchanges encrypted, and again when {@code PORTR_ADMIN_ENCRYPTION_KEY} was replaced without keeping the old one: what was
 * encrypted before then stays unreadable. Thread-safe.
 */
@Service
public final class SealKeys {

    private static final Logger log = LoggerFactory.getLogger(SealKeys.class);

    private static final String PURPOSE = "capture-seal-key";
    private static final int BITS = 3072;

    private final JdbcClient database;
    private final TransactionOperations transactions;
    private final SecretCipher cipher;

    SealKeys(JdbcClient database, TransactionOperations transactions, SecretCipher cipher) {
        this.database = database;
        this.transactions = transactions;
        this.cipher = cipher;
    }

    /** Makes sure that there is a pair; called when a team wants encryption, so that nobody has to wait for {@link #run}. */
    public void ensure() {
        if (isReadable()) {
            return;
        }
        KeyPair pair = generate();
        boolean made = Boolean.TRUE.equals(transactions.execute(transaction -> {
            database.sql("select pg_advisory_xact_lock(hashtext('portr_seal_key'))")
                    .query((row, number) -> true)
                    .list();
            if (isReadable()) {
                return false;
            }
            database.sql("insert into capture_seal_key (public_key, private_key) values (?, ?)")
                    .params(
                            pair.getPublic().getEncoded(),
                            cipher.encrypt(
                                    PURPOSE,
                                    Base64.getEncoder()
                                            .encodeToString(pair.getPrivate().getEncoded())))
                    .update();
            return true;
        }));
        if (made) {
            log.info("seal_key_made bits={}", BITS);
        }
    }

    @Scheduled(fixedDelay = 10, initialDelay = 5, timeUnit = TimeUnit.SECONDS)
    void run() {
        try {
            if (database.sql("select exists (select from team_capture where encrypted)")
                    .query(Boolean.class)
                    .single()) {
                ensure();
            }
        } catch (DataAccessException | TransactionException failure) {
            // the next run will do it
            log.warn("seal_key_not_made reason={}", failure.getMessage());
        }
    }

    private boolean isReadable() {
        return database.sql("select private_key from capture_seal_key order by id desc limit 1")
                .query((row, number) -> row.getBytes(1))
                .optional()
                .flatMap(this::privateKey)
                .isPresent();
    }

    /** The private key of a stored form, when it was encrypted with a key that is still known. */
    Optional<PrivateKey> privateKey(byte[] encrypted) {
        return cipher.decrypt(PURPOSE, encrypted).map(encoded -> {
            try {
                return KeyFactory.getInstance("RSA")
                        .generatePrivate(
                                new PKCS8EncodedKeySpec(Base64.getDecoder().decode(encoded)));
            } catch (GeneralSecurityException impossible) {
                throw new IllegalStateException("a key of our own cannot be read", impossible);
            }
        });
    }

    private static KeyPair generate() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(BITS);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("RSA is not available", impossible);
        }
    }
}
