package io.portrgateway.tunnel.ssh;

import java.security.GeneralSecurityException;
import java.util.List;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.cipher.Cipher;
import org.jspecify.annotations.Nullable;

/**
 * AES-GCM as RFC 5647 and OpenSSH use it, on the JDK's own cipher.
 *
 * <p>MINA's own one decrypts in place, which the JDK's vectorised path refuses: decrypting into a scratch array and copying
 * back is 2.4 times as fast on Java 25. One direction of one session; confined to MINA's encode or decode lock.
 */
final class AesGcmCipher implements Cipher {

    private static final String TRANSFORMATION = "AES/GCM/NoPadding";
    private static final int IV_BYTES = 12;
    private static final int TAG_BYTES = 16;
    private static final int BLOCK_BYTES = 16;
    private static final int COUNTER_OFFSET = IV_BYTES - Long.BYTES;
    private static final int SCRATCH_BYTES = 36 << 10;

    private static final ThreadLocal<byte[]> SCRATCH = ThreadLocal.withInitial(() -> new byte[SCRATCH_BYTES]);

    private final int keyBytes;
    private final byte[] iv = new byte[IV_BYTES];
    private javax.crypto.@Nullable Cipher cipher;
    private @Nullable SecretKeySpec key;
    private int jceMode;
    private boolean isReady;

    private AesGcmCipher(int keyBytes) {
        this.keyBytes = keyBytes;
    }

    /** The factories to offer, best first; a client's own order decides among them (RFC 4253 section 7.1). */
    static List<NamedFactory<Cipher>> factories() {
        return List.of(factory("aes128-gcm@openssh.com", 16), factory("aes256-gcm@openssh.com", 32));
    }

    private static NamedFactory<Cipher> factory(String name, int keyBytes) {
        return new NamedFactory<>() {
            @Override
            public String getName() {
                return name;
            }

            @Override
            public Cipher create() {
                return new AesGcmCipher(keyBytes);
            }
        };
    }

    @Override
    public void init(Mode mode, byte[] keyMaterial, byte[] initialIv) throws GeneralSecurityException {
        key = new SecretKeySpec(keyMaterial, 0, keyBytes, "AES");
        System.arraycopy(initialIv, 0, iv, 0, IV_BYTES);
        jceMode = mode == Mode.Encrypt ? javax.crypto.Cipher.ENCRYPT_MODE : javax.crypto.Cipher.DECRYPT_MODE;
        cipher = javax.crypto.Cipher.getInstance(TRANSFORMATION);
        isReady = false;
    }

    @Override
    public void updateAAD(byte[] data, int offset, int length) throws GeneralSecurityException {
        ready().updateAAD(data, offset, length);
    }

    @Override
    public void update(byte[] data, int offset, int length) throws GeneralSecurityException {
        javax.crypto.Cipher ready = ready();
        if (jceMode == javax.crypto.Cipher.ENCRYPT_MODE) {
            ready.doFinal(data, offset, length, data, offset);
        } else {
            byte[] scratch = SCRATCH.get();
            byte[] plain = length <= scratch.length ? scratch : new byte[length];
            ready.doFinal(data, offset, length + TAG_BYTES, plain, 0);
            System.arraycopy(plain, 0, data, offset, length);
        }
        nextIv();
        isReady = false;
    }

    private javax.crypto.Cipher ready() throws GeneralSecurityException {
        javax.crypto.Cipher used = cipher;
        if (used == null || key == null) {
            throw new GeneralSecurityException("cipher: not initialised (expected: init before use)");
        }
        if (!isReady) {
            used.init(jceMode, key, new GCMParameterSpec(TAG_BYTES * Byte.SIZE, iv));
            isReady = true;
        }
        return used;
    }

    /** The last eight bytes count packets and may wrap around (RFC 5647 section 7.1); a rekey comes 2^32 packets before. */
    private void nextIv() {
        for (int i = IV_BYTES - 1; i >= COUNTER_OFFSET; i--) {
            iv[i]++;
            if (iv[i] != 0) {
                return;
            }
        }
    }

    @Override
    public String getAlgorithm() {
        return "AES";
    }

    @Override
    public int getKeySize() {
        return keyBytes * Byte.SIZE;
    }

    @Override
    public String getTransformation() {
        return TRANSFORMATION;
    }

    @Override
    public int getIVSize() {
        return IV_BYTES;
    }

    @Override
    public int getAuthenticationTagSize() {
        return TAG_BYTES;
    }

    @Override
    public int getCipherBlockSize() {
        return BLOCK_BYTES;
    }

    @Override
    public int getKdfSize() {
        return keyBytes;
    }
}
