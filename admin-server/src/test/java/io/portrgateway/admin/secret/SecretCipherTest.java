package io.portrgateway.admin.secret;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.admin.settings.Secret;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

class SecretCipherTest {

    private static final Secret OLD = key(1);
    private static final Secret NEW = key(2);

    private final SecretCipher cipher = new SecretCipher(List.of(OLD));

    private static Secret key(int fill) {
        byte[] bytes = new byte[32];
        bytes[0] = (byte) fill;
        return new Secret(Base64.getEncoder().encodeToString(bytes));
    }

    @Test
    void decryptsWhatItEncrypted() {
        assertThat(cipher.decrypt("purpose", cipher.encrypt("purpose", "portr_ü")))
                .contains("portr_ü");
    }

    @Test
    void encryptsDifferentlyEachTime() {
        assertThat(cipher.encrypt("purpose", "same")).isNotEqualTo(cipher.encrypt("purpose", "same"));
    }

    @Test
    void refusesAnotherPurposeAndChangedBytes() {
        byte[] stored = cipher.encrypt("purpose", "secret");

        assertThat(cipher.decrypt("other", stored)).isEmpty();
        for (int i = 0; i < stored.length; i++) {
            byte[] changed = stored.clone();
            changed[i] ^= 1;
            assertThat(cipher.decrypt("purpose", changed)).as("byte " + i).isEmpty();
        }
        assertThat(cipher.decrypt("purpose", new byte[5])).isEmpty();
    }

    @Test
    void readsOldRowsWhileAKeyIsReplaced() {
        byte[] stored = cipher.encrypt("purpose", "secret");

        assertThat(new SecretCipher(List.of(NEW, OLD)).decrypt("purpose", stored))
                .contains("secret");
        assertThat(new SecretCipher(List.of(NEW)).decrypt("purpose", stored)).isEmpty();
    }
}
