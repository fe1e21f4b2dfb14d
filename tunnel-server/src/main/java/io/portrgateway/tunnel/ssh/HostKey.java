package io.portrgateway.tunnel.ssh;

import io.portrgateway.tunnel.config.Secret;
import io.portrgateway.tunnel.config.SshConfig;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import org.apache.sshd.common.NamedResource;
import org.apache.sshd.common.config.keys.FilePasswordProvider;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.apache.sshd.common.digest.BuiltinDigests;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.common.util.security.SecurityUtils;

/**
 * The one host key of the gateway: Ed25519, and the same at every start, because clients remember it and refuse a changed
 * one (portr-protocol 3.3). Immutable.
 */
public final class HostKey {

    private static final String FILE_NAME = "ssh_host_ed25519_key";
    private static final String PEM_BEGIN = "-----BEGIN ";
    private static final int ED25519_BITS = 256;

    private final KeyPair keyPair;

    private HostKey(KeyPair keyPair) {
        this.keyPair = keyPair;
    }

    /**
     * The configured key, or the one kept in the state directory, which is made when it is not there.
     *
     * @throws IOException with a sentence for the operator, without any part of the key
     */
    public static HostKey load(SshConfig config) throws IOException {
        if (config.hostKey().isPresent()) {
            return configured(config.hostKey().get());
        }
        Path file = config.stateDirectory().resolve(FILE_NAME);
        return Files.exists(file) ? read(file) : generate(file);
    }

    /** The fingerprint as {@code ssh-keygen -l} prints it. */
    public String fingerprint() {
        return KeyUtils.getFingerPrint(BuiltinDigests.sha256, keyPair.getPublic());
    }

    KeyPairProvider provider() {
        return KeyPairProvider.wrap(keyPair);
    }

    private static HostKey configured(Secret secret) throws IOException {
        String text = secret.reveal();
        if (text.startsWith(PEM_BEGIN)) {
            // Many tools cannot put line ends into a variable and write \n instead.
            return parse(text.replace("\\n", "\n"), "PORTR_SSH_HOST_KEY");
        }
        try {
            return read(Path.of(text));
        } catch (InvalidPathException noPath) {
            throw new IOException("PORTR_SSH_HOST_KEY: neither a PEM private key nor a file", noPath);
        }
    }

    private static HostKey read(Path file) throws IOException {
        String text;
        try {
            text = Files.readString(file);
        } catch (IOException unreadable) {
            throw new IOException(
                    "SSH host key: cannot read " + file + " (expected: a readable PEM private key)", unreadable);
        }
        return parse(text, file.toString());
    }

    private static HostKey parse(String pem, String origin) throws IOException {
        List<KeyPair> pairs = new ArrayList<>();
        try {
            byte[] bytes = (pem.strip() + "\n").getBytes(StandardCharsets.UTF_8);
            SecurityUtils.loadKeyPairIdentities(
                            null,
                            NamedResource.ofName(origin),
                            new ByteArrayInputStream(bytes),
                            FilePasswordProvider.EMPTY)
                    .forEach(pairs::add);
        } catch (IOException | GeneralSecurityException | RuntimeException unreadable) {
            // The cause may quote the key: it is dropped on purpose.
            throw wrong(origin);
        }
        if (pairs.size() != 1 || !KeyPairProvider.SSH_ED25519.equals(KeyUtils.getKeyType(pairs.getFirst()))) {
            throw wrong(origin);
        }
        return new HostKey(pairs.getFirst());
    }

    private static IOException wrong(String origin) {
        return new IOException("SSH host key: " + origin
                + " does not hold one unencrypted Ed25519 private key (expected: what"
                + " `ssh-keygen -t ed25519 -N ''` writes, or PKCS#8 PEM)");
    }

    private static HostKey generate(Path file) throws IOException {
        byte[] pem;
        try {
            KeyPair pair = KeyUtils.generateKeyPair(KeyPairProvider.SSH_ED25519, ED25519_BITS);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(pair, "portr-gateway", null, out);
            pem = out.toByteArray();
        } catch (GeneralSecurityException broken) {
            throw new IOException("SSH host key: cannot generate an Ed25519 key", broken);
        }
        try {
            keep(file, pem);
        } catch (IOException unwritable) {
            throw new IOException(
                    "SSH host key: cannot write " + file + " (set PORTR_STATE_DIR to a writable directory that is kept,"
                            + " or PORTR_SSH_HOST_KEY)",
                    unwritable);
        }
        return read(file);
    }

    /** Written beside and linked into place: a crash leaves no half key, and of two processes the first wins. */
    private static void keep(Path file, byte[] pem) throws IOException {
        Path directory = file.resolveSibling("").toAbsolutePath();
        Files.createDirectories(directory);
        Path draft = Files.createTempFile(directory, FILE_NAME, ".new", ownerOnly(directory));
        try {
            Files.write(draft, pem);
            Files.createLink(file, draft);
        } catch (FileAlreadyExistsException madeMeanwhile) {
            return;
        } catch (UnsupportedOperationException noLinks) {
            Files.copy(draft, file);
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    private static FileAttribute<?>[] ownerOnly(Path directory) {
        boolean posix = directory.getFileSystem().supportedFileAttributeViews().contains("posix");
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }
}
