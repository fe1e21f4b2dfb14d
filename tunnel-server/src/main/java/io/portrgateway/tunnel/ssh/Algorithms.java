package io.portrgateway.tunnel.ssh;

import java.util.List;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.NamedResource;
import org.apache.sshd.common.cipher.BuiltinCiphers;
import org.apache.sshd.common.cipher.Cipher;
import org.apache.sshd.common.compression.BuiltinCompressions;
import org.apache.sshd.common.compression.Compression;
import org.apache.sshd.common.kex.BuiltinDHFactories;
import org.apache.sshd.common.kex.KeyExchangeFactory;
import org.apache.sshd.common.mac.BuiltinMacs;
import org.apache.sshd.common.mac.Mac;
import org.apache.sshd.common.signature.BuiltinSignatures;
import org.apache.sshd.common.signature.Signature;
import org.apache.sshd.server.ServerBuilder;

/** The algorithms that are offered: nothing with SHA-1, CBC, finite-field groups or compression. */
final class Algorithms {

    private static final List<BuiltinDHFactories> KEY_EXCHANGES = List.of(
            BuiltinDHFactories.mlkem768x25519,
            BuiltinDHFactories.sntrup761x25519,
            BuiltinDHFactories.sntrup761x25519_openssh,
            BuiltinDHFactories.curve25519,
            BuiltinDHFactories.curve25519_libssh,
            BuiltinDHFactories.ecdhp256,
            BuiltinDHFactories.ecdhp384,
            BuiltinDHFactories.ecdhp521);

    private static final List<NamedFactory<Signature>> SIGNATURES = List.of(
            BuiltinSignatures.ed25519,
            BuiltinSignatures.sk_ssh_ed25519,
            BuiltinSignatures.nistp256,
            BuiltinSignatures.nistp384,
            BuiltinSignatures.nistp521,
            BuiltinSignatures.sk_ecdsa_sha2_nistp256,
            BuiltinSignatures.rsaSHA512,
            BuiltinSignatures.rsaSHA256);

    private Algorithms() {}

    static List<KeyExchangeFactory> keyExchanges() {
        return NamedFactory.setUpTransformedFactories(false, KEY_EXCHANGES, ServerBuilder.DH2KEX);
    }

    static List<NamedFactory<Cipher>> ciphers(List<String> names) {
        return names.stream().<NamedFactory<Cipher>>map(Algorithms::cipher).toList();
    }

    /** Needed beside CTR ciphers only: GCM and ChaCha20-Poly1305 authenticate by themselves. */
    static List<NamedFactory<Mac>> macs() {
        return List.of(BuiltinMacs.hmacsha256etm, BuiltinMacs.hmacsha512etm);
    }

    static List<NamedFactory<Compression>> compressions() {
        return List.of(BuiltinCompressions.none);
    }

    /** For the host key and for the keys of users. */
    static List<NamedFactory<Signature>> signatures() {
        return SIGNATURES;
    }

    private static NamedFactory<Cipher> cipher(String name) {
        NamedFactory<Cipher> own = NamedResource.findByName(name, String::compareTo, AesGcmCipher.factories());
        if (own != null) {
            return own;
        }
        BuiltinCiphers known = NamedResource.findByName(name, String::compareTo, BuiltinCiphers.VALUES);
        if (known == null) {
            throw new IllegalArgumentException("cipher: " + name + " (expected: a known name)");
        }
        return known;
    }
}
