package io.portrgateway.admin.account;

import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ResponseStatusException;

/**
 * Argon2id hashes of passwords, made and checked. One takes 64 MiB of memory and a good part of a second, by design; at most
 * {@value #AT_ONCE} are worked on at once and the rest wait, so that attempts to guess cannot exhaust the server. Thread-safe.
 */
@Component
final class Passwords {

    static final int MIN_CHARS = 8;
    static final int MAX_CHARS = 200;

    private static final int AT_ONCE = 2;
    private static final int WAIT_SECONDS = 10;

    private static final int SALT_BYTES = 16;
    private static final int HASH_BYTES = 32;
    private static final int LANES = 4;
    private static final int MEMORY_KIB = 1 << 16;
    private static final int PASSES = 3;

    /** How portr wrote hashes before it wrote them as PHC text: salt and hash in one piece, with these same parameters. */
    private static final Pattern OLD_FORM = Pattern.compile("[A-Za-z0-9+/]{64}");

    private static final String PHC_HEAD = "$argon2id$v=19$m=" + MEMORY_KIB + ",t=" + PASSES + ",p=" + LANES + "$";

    /** What is compared with when there is nothing to compare with, so that both take the same time. */
    private static final String NOBODYS = PHC_HEAD + base64(new byte[SALT_BYTES]) + "$" + base64(new byte[HASH_BYTES]);

    private final Argon2PasswordEncoder argon2 =
            new Argon2PasswordEncoder(SALT_BYTES, HASH_BYTES, LANES, MEMORY_KIB, PASSES);
    private final Semaphore free = new Semaphore(AT_ONCE, true);

    /** The stored form of a password. */
    String hash(String password) {
        String hash = limited(() -> argon2.encode(password));
        if (hash == null) {
            throw new IllegalStateException("Argon2 gave no hash");
        }
        return hash;
    }

    /** Whether the password belongs to the stored form. Null, for nobody or no password, takes as long as a wrong one. */
    boolean matches(String password, @Nullable String stored) {
        String phc = stored == null ? NOBODYS : phc(stored);
        String bounded = password.length() > MAX_CHARS ? password.substring(0, MAX_CHARS) : password;
        boolean same = limited(() -> argon2.matches(bounded, phc));
        return same && stored != null && password.length() <= MAX_CHARS;
    }

    /** Whether a stored form should be replaced by a new hash at the next occasion. */
    boolean isOutdated(String stored) {
        return OLD_FORM.matcher(stored).matches() || argon2.upgradeEncoding(stored);
    }

    /** Why a text cannot be a password, in a sentence for who chose it. */
    static Optional<String> problem(String password) {
        if (password.length() < MIN_CHARS) {
            return Optional.of("Use at least " + MIN_CHARS + " characters.");
        }
        return password.length() > MAX_CHARS
                ? Optional.of("Use at most " + MAX_CHARS + " characters.")
                : Optional.empty();
    }

    private static String phc(String stored) {
        if (!OLD_FORM.matcher(stored).matches()) {
            return stored;
        }
        byte[] both = Base64.getDecoder().decode(stored);
        byte[] salt = new byte[SALT_BYTES];
        byte[] hash = new byte[HASH_BYTES];
        System.arraycopy(both, 0, salt, 0, SALT_BYTES);
        System.arraycopy(both, SALT_BYTES, hash, 0, HASH_BYTES);
        return PHC_HEAD + base64(salt) + "$" + base64(hash);
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().withoutPadding().encodeToString(bytes);
    }

    private <T> T limited(Supplier<T> work) {
        try {
            if (!free.tryAcquire(WAIT_SECONDS, TimeUnit.SECONDS)) {
                throw new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE, "too many sign-ins at once");
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE, "stopping", stopped);
        }
        try {
            return work.get();
        } finally {
            free.release();
        }
    }
}
