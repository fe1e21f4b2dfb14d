package io.portrgateway.tunnel.testclient;

import java.time.Duration;
import java.util.List;
import org.apache.sshd.client.ClientBuilder;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.auth.password.PasswordIdentityProvider;
import org.apache.sshd.client.auth.password.UserAuthPasswordFactory;
import org.apache.sshd.client.config.hosts.HostConfigEntryResolver;
import org.apache.sshd.client.keyverifier.AcceptAllServerKeyVerifier;
import org.apache.sshd.client.session.ClientUserAuthServiceFactory;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.cipher.BuiltinCiphers;
import org.apache.sshd.common.compression.BuiltinCompressions;
import org.apache.sshd.common.io.nio2.Nio2ServiceFactoryFactory;
import org.apache.sshd.common.kex.BuiltinDHFactories;
import org.apache.sshd.common.keyprovider.KeyIdentityProvider;
import org.apache.sshd.common.mac.BuiltinMacs;
import org.apache.sshd.common.signature.BuiltinSignatures;
import org.apache.sshd.core.CoreModuleProperties;

/** MINA clients that offer what the Go library of each generation offers, in its order (protocol section 3.2). */
final class SshClients {

    private static final String CLASSIC_KEX = "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,"
            + "ecdh-sha2-nistp384,ecdh-sha2-nistp521,diffie-hellman-group14-sha256,diffie-hellman-group14-sha1";
    private static final String HOST_KEYS = "ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,rsa-sha2-256,"
            + "rsa-sha2-512,ssh-rsa,ssh-dss,ssh-ed25519";
    private static final String CIPHERS = "aes128-gcm@openssh.com,aes256-gcm@openssh.com,"
            + "chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr";
    private static final String MACS = "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha2-256,"
            + "hmac-sha2-512,hmac-sha1,hmac-sha1-96";

    private SshClients() {}

    /** A started client as x/crypto 0.54 (v1.0.18). */
    static SshClient v1() {
        return start("mlkem768x25519-sha256," + CLASSIC_KEX);
    }

    /** A started client as x/crypto 0.22 (0.0.20-beta). */
    static SshClient beta() {
        return start(CLASSIC_KEX);
    }

    private static SshClient start(String kex) {
        SshClient client = SshClient.setUpDefaultClient();
        // the server's tests may have another back-end on the class path; this one is always the JDK's
        client.setIoServiceFactoryFactory(new Nio2ServiceFactoryFactory());
        client.setKeyExchangeFactories(NamedFactory.setUpTransformedFactories(
                false, BuiltinDHFactories.parseDHFactoriesList(kex).getParsedFactories(), ClientBuilder.DH2KEX));
        client.setSignatureFactories(
                List.copyOf(BuiltinSignatures.parseSignatureList(HOST_KEYS).getParsedFactories()));
        client.setCipherFactories(
                List.copyOf(BuiltinCiphers.parseCiphersList(CIPHERS).getParsedFactories()));
        client.setMacFactories(List.copyOf(BuiltinMacs.parseMacsList(MACS).getParsedFactories()));
        client.setCompressionFactories(List.of(BuiltinCompressions.none));
        client.setServerKeyVerifier(AcceptAllServerKeyVerifier.INSTANCE);
        client.setHostConfigEntryResolver(HostConfigEntryResolver.EMPTY);
        client.setKeyIdentityProvider(KeyIdentityProvider.EMPTY_KEYS_PROVIDER);
        client.setPasswordIdentityProvider(PasswordIdentityProvider.wrapPasswords(""));
        client.setUserAuthFactories(List.of(UserAuthPasswordFactory.INSTANCE));
        client.setServiceFactories(List.of(ClientUserAuthServiceFactory.INSTANCE, Mux.FACTORY));
        client.setSessionFactory(RekeyingSession.factory(client));
        CoreModuleProperties.CLIENT_IDENTIFICATION.set(client, "Go");
        CoreModuleProperties.TCP_NODELAY.set(client, true);
        CoreModuleProperties.SOCKET_KEEPALIVE.set(client, true);
        CoreModuleProperties.IDLE_TIMEOUT.set(client, Duration.ZERO);
        CoreModuleProperties.NIO2_READ_TIMEOUT.set(client, Duration.ZERO);
        CoreModuleProperties.IGNORE_MESSAGE_SIZE.set(client, 0);
        CoreModuleProperties.REKEY_BYTES_LIMIT.set(client, 64L << 30);
        CoreModuleProperties.REKEY_TIME_LIMIT.set(client, Duration.ZERO);
        client.start();
        return client;
    }
}
