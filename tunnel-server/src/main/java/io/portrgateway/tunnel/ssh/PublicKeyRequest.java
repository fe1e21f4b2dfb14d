package io.portrgateway.tunnel.ssh;

import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.signature.Signature;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.buffer.BufferException;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The method part of a {@code publickey} log-in request (RFC 4252 section 7): an offer without, or a proof with a
 * signature. Immutable.
 */
final class PublicKeyRequest {

    private static final int MIN_RSA_BITS = 2048;

    private final String algorithm;
    private final byte[] blob;
    private final byte @Nullable [] signature;
    private final @Nullable PublicKey key;

    private PublicKeyRequest(String algorithm, byte[] blob, byte @Nullable [] signature) {
        this.algorithm = algorithm;
        this.blob = blob;
        this.signature = signature;
        this.key = parse(algorithm, blob);
    }

    /** Reads the request; throws {@link BufferException} when its frame is broken. A strange key is just unusable. */
    static PublicKeyRequest read(Buffer buffer) {
        boolean signed = buffer.getBoolean();
        String algorithm = buffer.getString();
        byte[] blob = buffer.getBytes();
        byte[] signature = signed ? buffer.getBytes() : null;
        if (buffer.available() > 0) {
            throw new BufferException("bytes after the public key request");
        }
        return new PublicKeyRequest(algorithm, blob, signature);
    }

    boolean isSigned() {
        return signature != null;
    }

    /** Whether the key is of a kind that is accepted at all. */
    boolean isUsable() {
        return key != null;
    }

    /** The public key in SSH wire form; a copy. */
    byte[] blob() {
        return blob.clone();
    }

    /** Whether the signature was made with this very key, for this very session and user. */
    boolean verify(SshSession session, String user) {
        if (key == null || signature == null) {
            return false;
        }
        try {
            Signature verifier = NamedFactory.create(Algorithms.signatures(), algorithm);
            verifier.initVerifier(session, key);
            byte[] signed = signedBytes(session, user);
            verifier.update(session, signed, 0, signed.length);
            return verifier.verify(session, signature);
        } catch (Exception broken) {
            // MINA's verifiers throw whatever a broken signature makes them run into; all of it means "not proven".
            return false;
        }
    }

    /** The answer that asks for the proof. */
    Buffer accepted(SshSession session) {
        Buffer answer = session.createBuffer(
                SshConstants.SSH_MSG_USERAUTH_PK_OK, algorithm.length() + blob.length + Long.BYTES);
        answer.putString(algorithm);
        answer.putBytes(blob);
        return answer;
    }

    private byte[] signedBytes(SshSession session, String user) {
        Buffer bytes = new ByteArrayBuffer(blob.length + user.length() * 3 + 256, false);
        bytes.putBytes(session.getSessionId());
        bytes.putByte(SshConstants.SSH_MSG_USERAUTH_REQUEST);
        bytes.putString(user);
        bytes.putString(ForwardingService.NAME);
        bytes.putString("publickey");
        bytes.putBoolean(true);
        bytes.putString(algorithm);
        bytes.putBytes(blob);
        return bytes.getCompactData();
    }

    private static @Nullable PublicKey parse(String algorithm, byte[] blob) {
        boolean known = Algorithms.signatures().stream()
                .anyMatch(factory -> factory.getName().equals(algorithm));
        if (!known || !Arrays.equals(keyTypeOf(blob), keyTypeFor(algorithm))) {
            return null;
        }
        try {
            ByteArrayBuffer buffer = new ByteArrayBuffer(blob);
            PublicKey key = buffer.getRawPublicKey();
            boolean weak = key instanceof RSAPublicKey rsa && rsa.getModulus().bitLength() < MIN_RSA_BITS;
            return weak || buffer.available() > 0 ? null : key;
        } catch (Exception strange) {
            return null;
        }
    }

    /** An RSA key is of one type whatever hash it signs with; all others sign with the algorithm of their type. */
    private static byte[] keyTypeFor(String algorithm) {
        String canonical = KeyUtils.getCanonicalKeyType(algorithm);
        return (canonical == null ? algorithm : canonical).getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] keyTypeOf(byte[] blob) {
        try {
            return new ByteArrayBuffer(blob).getBytes();
        } catch (RuntimeException tooShort) {
            return new byte[0];
        }
    }
}
