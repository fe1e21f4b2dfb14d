package io.portrgateway.tunnel.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import javax.crypto.AEADBadTagException;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.cipher.BuiltinCiphers;
import org.apache.sshd.common.cipher.Cipher;
import org.apache.sshd.common.cipher.Cipher.Mode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AesGcmCipherTest {

    private static final int TAG_BYTES = 16;

    private final Random random = new Random(7);

    @ParameterizedTest
    @EnumSource(
            value = BuiltinCiphers.class,
            names = {"aes128gcm", "aes256gcm"})
    void describesItselfAsTheStockCipher(BuiltinCiphers stock) {
        Cipher ours = ours(stock);

        assertThat(ours.getKeySize()).isEqualTo(stock.getKeySize());
        assertThat(ours.getIVSize()).isEqualTo(stock.getIVSize());
        assertThat(ours.getKdfSize()).isEqualTo(stock.getKdfSize());
        assertThat(ours.getCipherBlockSize()).isEqualTo(stock.getCipherBlockSize());
        assertThat(ours.getAuthenticationTagSize()).isEqualTo(stock.getAuthenticationTagSize());
        assertThat(ours.getTransformation()).isEqualTo(stock.getTransformation());
        assertThat(ours.getAlgorithm()).isEqualTo(stock.getAlgorithm());
    }

    @ParameterizedTest
    @EnumSource(
            value = BuiltinCiphers.class,
            names = {"aes128gcm", "aes256gcm"})
    void speaksWithTheStockCipherInBothDirections(BuiltinCiphers stock) throws Exception {
        byte[] key = bytes(stock.getKdfSize());
        byte[] iv = bytes(12);
        // The counter wraps around within the run, with a carry through all of its bytes.
        Arrays.fill(iv, 4, 12, (byte) 0xFF);
        Cipher ours = initialised(ours(stock), Mode.Encrypt, key, iv);
        Cipher theirs = initialised(stock.create(), Mode.Decrypt, key, iv);
        Cipher theirsBack = initialised(stock.create(), Mode.Encrypt, key, iv);
        Cipher oursBack = initialised(ours(stock), Mode.Decrypt, key, iv);

        for (int length = 16; length <= 300 << 10; length = length * 3 / 2 / 16 * 16 + 16) {
            byte[] packet = bytes(9 + 4 + length + TAG_BYTES);
            byte[] copy = packet.clone();
            byte[] plain = Arrays.copyOf(packet, 13 + length);

            ours.updateWithAAD(packet, 9, 4, length);
            theirsBack.updateWithAAD(copy, 9, 4, length);
            assertThat(packet).isEqualTo(copy);
            theirs.updateWithAAD(packet, 9, 4, length);
            oursBack.updateWithAAD(copy, 9, 4, length);

            assertThat(packet).startsWith(plain);
            assertThat(copy).startsWith(plain);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = BuiltinCiphers.class,
            names = {"aes128gcm", "aes256gcm"})
    void refusesAChangedPacket(BuiltinCiphers stock) throws Exception {
        byte[] key = bytes(stock.getKdfSize());
        byte[] iv = bytes(12);
        byte[] packet = bytes(4 + 64 + TAG_BYTES);
        initialised(ours(stock), Mode.Encrypt, key, iv).updateWithAAD(packet, 0, 4, 64);
        packet[2] ^= 1;
        Cipher decrypting = initialised(ours(stock), Mode.Decrypt, key, iv);

        assertThatThrownBy(() -> decrypting.updateWithAAD(packet, 0, 4, 64)).isInstanceOf(AEADBadTagException.class);
    }

    private static Cipher ours(BuiltinCiphers stock) {
        return NamedFactory.create(AesGcmCipher.factories(), stock.getName());
    }

    private static Cipher initialised(Cipher cipher, Mode mode, byte[] key, byte[] iv) throws Exception {
        cipher.init(mode, key, iv);
        return cipher;
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
