package io.portrgateway.tunnel.kubernetes;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** The pod's account as Kubernetes mounts it. Each file is read when it is asked for, because the kubelet renews them. */
record Account(Path directory) {

    private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]+");

    String token() throws IOException {
        String token = Files.readString(directory.resolve("token")).strip();
        if (!TOKEN.matcher(token).matches()) {
            // told here, because the HTTP client would show the token in its complaint
            throw new IOException("the token of the pod's account is no token");
        }
        return token;
    }

    String namespace() throws IOException {
        return Files.readString(directory.resolve("namespace")).strip();
    }

    byte[] authorities() throws IOException {
        return Files.readAllBytes(directory.resolve("ca.crt"));
    }

    /** Trusts the given certificates and no others. */
    static SSLContext trusting(byte[] authorities) throws IOException {
        try {
            KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            int number = 0;
            for (Certificate authority : CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(authorities))) {
                trusted.setCertificateEntry("authority-" + number++, authority);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException unusable) {
            throw new IOException("ca.crt of the pod's account is no certificate", unusable);
        }
    }
}
