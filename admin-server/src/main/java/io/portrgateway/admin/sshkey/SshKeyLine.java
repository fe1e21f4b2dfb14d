package io.portrgateway.admin.sshkey;

import io.portrgateway.admin.secret.Tokens;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Set;

/**
 * A public key as a person pastes it: one line of OpenSSH's {@code .pub} form. Immutable.
 *
 * <p>The blob is read field by field (RFC 4253 section 6.6, RFC 5656 section 3.1, RFC 8709 section 4, OpenSSH
 * PROTOCOL.u2f); what is not exactly one of the allowed keys is refused with a sentence for the person.
 */
final class SshKeyLine {

    private static final int MIN_RSA_BITS = 2048;
    private static final int MAX_RSA_BITS = 16_384;
    private static final int MAX_LINE_CHARS = 16_384;
    private static final int ED25519_BYTES = 32;

    /** Curve name to the length of an uncompressed point. */
    private static final Map<String, Integer> POINT_BYTES = Map.of("nistp256", 65, "nistp384", 97, "nistp521", 133);

    private static final Set<String> REFUSED = Set.of("ssh-dss", "ssh-dsa");

    private final String type;
    private final byte[] blob;
    private final String comment;

    private SshKeyLine(String type, byte[] blob, String comment) {
        this.type = type;
        this.blob = blob;
        this.comment = comment;
    }

    /** Parses a line; the message of the {@link IllegalArgumentException} is for the person who pasted it. */
    static SshKeyLine parse(String text) {
        String line = text.strip();
        if (line.isEmpty()) {
            throw wrong("Paste the one line of your public key file, such as ~/.ssh/id_ed25519.pub.");
        }
        if (line.contains("PRIVATE KEY")) {
            throw wrong("This is a private key. Keep it to yourself, and paste the file that ends in .pub instead.");
        }
        if (line.length() > MAX_LINE_CHARS || line.lines().count() > 1) {
            throw wrong("Paste exactly one line: one public key at a time.");
        }
        String[] fields = line.split("\\s+", 3);
        if (fields.length < 2) {
            throw wrong("This does not look like a public key: expected a line like \"ssh-ed25519 AAAA… name\".");
        }
        byte[] blob = decode(fields[1]);
        check(fields[0], new Fields(ByteBuffer.wrap(blob)));
        return new SshKeyLine(fields[0], blob, fields.length == 3 ? fields[2] : "");
    }

    String type() {
        return type;
    }

    byte[] blob() {
        return blob.clone();
    }

    /** What stands behind the key, usually {@code user@machine}; may be empty. */
    String comment() {
        return comment;
    }

    /** As {@code ssh-keygen -l} prints it. */
    String fingerprint() {
        return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(Tokens.sha256(blob));
    }

    private static void check(String type, Fields fields) {
        if (REFUSED.contains(type)) {
            throw wrong("DSA keys are not safe any more. Make a new key with: ssh-keygen -t ed25519");
        }
        String inner = fields.text();
        if (!inner.equals(type)) {
            throw wrong("The key's content does not match its type " + type + ".");
        }
        switch (type) {
            case "ssh-ed25519" -> fields.bytes(ED25519_BYTES);
            case "sk-ssh-ed25519@openssh.com" -> {
                fields.bytes(ED25519_BYTES);
                fields.application();
            }
            case "ssh-rsa" -> fields.rsa();
            case "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521" ->
                fields.point(type.substring("ecdsa-sha2-".length()));
            case "sk-ecdsa-sha2-nistp256@openssh.com" -> {
                fields.point("nistp256");
                fields.application();
            }
            default ->
                throw wrong("Keys of type " + printable(type)
                        + " are not accepted: use ed25519, ecdsa, rsa (2048 bits or more) or a security key.");
        }
        fields.end();
    }

    private static byte[] decode(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException notBase64) {
            throw wrong("The key is damaged: its second part is not base64. Copy the whole line again.");
        }
    }

    private static String printable(String type) {
        return type.length() > 40 ? type.substring(0, 40) + "…" : type;
    }

    private static IllegalArgumentException wrong(String sentence) {
        return new IllegalArgumentException(sentence);
    }

    /** Reads length-prefixed fields one after the other. */
    private record Fields(ByteBuffer blob) {

        byte[] next() {
            if (blob.remaining() < Integer.BYTES) {
                throw damaged();
            }
            int length = blob.getInt();
            if (length < 0 || length > blob.remaining()) {
                throw damaged();
            }
            byte[] field = new byte[length];
            blob.get(field);
            return field;
        }

        String text() {
            return new String(next(), StandardCharsets.US_ASCII);
        }

        void bytes(int length) {
            if (next().length != length) {
                throw damaged();
            }
        }

        void application() {
            if (next().length == 0) {
                throw damaged();
            }
        }

        void point(String curve) {
            if (!text().equals(curve)) {
                throw damaged();
            }
            byte[] point = next();
            // 4: uncompressed, the only form that SSH allows
            if (point.length != POINT_BYTES.getOrDefault(curve, 0) || point[0] != 4) {
                throw damaged();
            }
        }

        void rsa() {
            byte[] exponent = next();
            byte[] modulus = next();
            boolean odd = exponent.length > 0 && (exponent[exponent.length - 1] & 1) == 1;
            if (!odd || exponent.length > 8 || modulus.length == 0 || modulus[0] < 0) {
                throw damaged();
            }
            int bits = new BigInteger(1, modulus).bitLength();
            if (bits < MIN_RSA_BITS) {
                throw wrong("This RSA key has only " + bits + " bits. Make a new key with: ssh-keygen -t ed25519");
            }
            if (bits > MAX_RSA_BITS) {
                throw wrong("This RSA key has more than " + MAX_RSA_BITS + " bits.");
            }
        }

        void end() {
            if (blob.hasRemaining()) {
                throw damaged();
            }
        }

        private static IllegalArgumentException damaged() {
            return wrong("The key is damaged or incomplete. Copy the whole line again.");
        }
    }
}
