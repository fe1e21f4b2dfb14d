package io.portrgateway.admin.sshkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SshKeyLineTest {

    private static String line(String type, byte[]... fields) {
        ByteArrayOutputStream blob = new ByteArrayOutputStream();
        for (byte[] field : fields) {
            blob.writeBytes(ByteBuffer.allocate(4).putInt(field.length).array());
            blob.writeBytes(field);
        }
        return type + " " + Base64.getEncoder().encodeToString(blob.toByteArray());
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] point(int length) {
        byte[] point = new byte[length];
        point[0] = 4;
        return point;
    }

    private static byte[] modulus(int bits) throws NoSuchAlgorithmException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(bits);
        return ((RSAPublicKey) generator.generateKeyPair().getPublic())
                .getModulus()
                .toByteArray();
    }

    private static byte[] exponent() {
        return BigInteger.valueOf(65_537).toByteArray();
    }

    @Test
    void readsEd25519WithCommentAndFingerprint() {
        SshKeyLine key =
                SshKeyLine.parse("  " + line("ssh-ed25519", text("ssh-ed25519"), new byte[32]) + " ann at laptop \n");

        assertThat(key.type()).isEqualTo("ssh-ed25519");
        assertThat(key.comment()).isEqualTo("ann at laptop");
        assertThat(key.fingerprint()).matches("SHA256:[A-Za-z0-9+/]{43}");
    }

    @Test
    void readsEveryAllowedType() throws NoSuchAlgorithmException {
        assertThat(SshKeyLine.parse(line("ssh-rsa", text("ssh-rsa"), exponent(), modulus(2048)))
                        .type())
                .isEqualTo("ssh-rsa");
        assertThat(SshKeyLine.parse(
                                line("ecdsa-sha2-nistp256", text("ecdsa-sha2-nistp256"), text("nistp256"), point(65)))
                        .comment())
                .isEmpty();
        SshKeyLine.parse(line("ecdsa-sha2-nistp384", text("ecdsa-sha2-nistp384"), text("nistp384"), point(97)));
        SshKeyLine.parse(line("ecdsa-sha2-nistp521", text("ecdsa-sha2-nistp521"), text("nistp521"), point(133)));
        SshKeyLine.parse(
                line("sk-ssh-ed25519@openssh.com", text("sk-ssh-ed25519@openssh.com"), new byte[32], text("ssh:")));
        SshKeyLine.parse(line(
                "sk-ecdsa-sha2-nistp256@openssh.com",
                text("sk-ecdsa-sha2-nistp256@openssh.com"),
                text("nistp256"),
                point(65),
                text("ssh:")));
    }

    @Test
    void refusesShortRsaKeys() throws NoSuchAlgorithmException {
        String line = line("ssh-rsa", text("ssh-rsa"), exponent(), modulus(1024));

        assertThatThrownBy(() -> SshKeyLine.parse(line)).hasMessageContaining("only 1024 bits");
    }

    @Test
    void refusesWhatDoesNotAddUp() {
        String[] wrong = {
            line("ssh-ed25519", text("ssh-rsa"), new byte[32]),
            line("ssh-ed25519", text("ssh-ed25519"), new byte[31]),
            line("ssh-ed25519", text("ssh-ed25519"), new byte[32], new byte[1]),
            line("ssh-ed25519", text("ssh-ed25519")),
            line("ecdsa-sha2-nistp256", text("ecdsa-sha2-nistp256"), text("nistp384"), point(97)),
            line("ecdsa-sha2-nistp256", text("ecdsa-sha2-nistp256"), text("nistp256"), new byte[65]),
            line("ssh-rsa", text("ssh-rsa"), new byte[] {2}, new byte[257]),
            line("ssh-rsa", text("ssh-rsa"), new byte[0], new byte[0]),
            line("sk-ssh-ed25519@openssh.com", text("sk-ssh-ed25519@openssh.com"), new byte[32]),
            "ssh-ed25519 " + Base64.getEncoder().encodeToString(new byte[] {127, -1, -1, -1}),
            "ssh-ed25519 " + Base64.getEncoder().encodeToString(new byte[] {-1, -1, -1, -1}),
        };

        assertThat(Arrays.asList(wrong))
                .allSatisfy(line -> assertThatThrownBy(() -> SshKeyLine.parse(line))
                        .as(line)
                        .isExactlyInstanceOf(IllegalArgumentException.class));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ssh-ed25519",
                "ssh-ed25519 ###",
                "ssh-dss AAAAB3NzaC1kc3M=",
                "ssh-ed25519-cert-v01@openssh.com AAAA",
                "one two\nthree four",
                "-----BEGIN OPENSSH PRIVATE KEY-----"
            })
    void refusesOtherTexts(String text) {
        assertThatThrownBy(() -> SshKeyLine.parse(text)).isExactlyInstanceOf(IllegalArgumentException.class);
    }
}
