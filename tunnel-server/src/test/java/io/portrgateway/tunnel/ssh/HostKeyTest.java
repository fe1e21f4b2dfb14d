package io.portrgateway.tunnel.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portrgateway.tunnel.config.Settings;
import io.portrgateway.tunnel.config.SshConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostKeyTest {

    @TempDir
    Path directory;

    @Test
    void generatesKeyOnceAndKeepsItForItsOwnerOnly() throws Exception {
        Path state = directory.resolve("deep/state");

        String first = load("PORTR_STATE_DIR", state.toString()).fingerprint();
        String second = load("PORTR_STATE_DIR", state.toString()).fingerprint();

        assertThat(first).startsWith("SHA256:").isEqualTo(second);
        Path file = state.resolve("ssh_host_ed25519_key");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(Files.list(state)).containsExactly(file);
    }

    @Test
    void readsPemTextPathAndMountedFileAlike() throws Exception {
        load("PORTR_STATE_DIR", directory.toString());
        Path file = directory.resolve("ssh_host_ed25519_key");
        String pem = Files.readString(file);

        String expected = load("PORTR_STATE_DIR", directory.toString()).fingerprint();

        assertThat(load("PORTR_SSH_HOST_KEY", pem).fingerprint()).isEqualTo(expected);
        assertThat(load("PORTR_SSH_HOST_KEY", pem.replace("\n", "\\n")).fingerprint())
                .isEqualTo(expected);
        assertThat(load("PORTR_SSH_HOST_KEY", file.toString()).fingerprint()).isEqualTo(expected);
        assertThat(load("PORTR_SSH_HOST_KEY_FILE", file.toString()).fingerprint())
                .isEqualTo(expected);
    }

    @Test
    void readsPkcs8() throws Exception {
        byte[] key = KeyPairGenerator.getInstance("Ed25519")
                .generateKeyPair()
                .getPrivate()
                .getEncoded();

        assertThat(load("PORTR_SSH_HOST_KEY", pem(key)).fingerprint()).startsWith("SHA256:");
    }

    @Test
    void refusesOtherKeysAndNonsenseWithoutQuotingThem() throws Exception {
        KeyPairGenerator ec = KeyPairGenerator.getInstance("EC");
        ec.initialize(256);
        String ecdsa = pem(ec.generateKeyPair().getPrivate().getEncoded());
        String broken = "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n-----END OPENSSH PRIVATE KEY-----\n";

        for (String wrong : new String[] {ecdsa, broken}) {
            assertThatThrownBy(() -> load("PORTR_SSH_HOST_KEY", wrong))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("PORTR_SSH_HOST_KEY does not hold one unencrypted Ed25519 private key")
                    .hasMessageNotContaining("c2VjcmV0")
                    .hasNoCause();
        }
        assertThatThrownBy(() ->
                        load("PORTR_SSH_HOST_KEY", directory.resolve("absent").toString()))
                .hasMessageContaining("cannot read");
    }

    @Test
    void saysWhatToDoWhenStateDirectoryCannotBeWritten() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));

        assertThatThrownBy(() -> load("PORTR_STATE_DIR", file.resolve("below").toString()))
                .hasMessageContaining("set PORTR_STATE_DIR to a writable directory");
    }

    private static HostKey load(String name, String value) throws IOException {
        Map<String, String> environment = new HashMap<>();
        environment.put(name, value);
        Settings settings = new Settings(environment);
        SshConfig config = SshConfig.read(settings);
        assertThat(settings.problems()).isEmpty();
        return HostKey.load(config);
    }

    private static String pem(byte[] key) {
        return "-----BEGIN PRIVATE KEY-----\n" + Base64.getMimeEncoder().encodeToString(key)
                + "\n-----END PRIVATE KEY-----\n";
    }
}
