package io.portrgateway.tunnel.http;

import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.util.Mapping;
import io.portrgateway.tunnel.config.HttpConfig;
import io.portrgateway.tunnel.metrics.HttpMetrics;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificates, chosen by the name a visitor asks for: the exact name, else a wildcard of its parent, else the first
 * certificate. Files that change are taken over without a restart; files that cannot be used leave the old ones in place.
 *
 * <p>Thread-safe; reading files happens on a virtual thread of its own.
 */
final class TlsContexts implements Mapping<String, SslContext>, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TlsContexts.class);
    private static final int DNS_NAME = 2;

    private record Loaded(SslContext first, Map<String, SslContext> byName) {}

    private final HttpConfig.Listen config;
    private final HttpMetrics metrics;
    private volatile Loaded loaded;
    private byte[] digest;
    private byte[] lastSeen;
    private @Nullable Thread reloader;

    /**
     * Reads the certificates.
     *
     * @throws IOException when one cannot be used; the message names the file
     */
    TlsContexts(HttpConfig.Listen config, HttpMetrics metrics) throws IOException {
        this.config = config;
        this.metrics = metrics;
        this.digest = digest();
        this.lastSeen = digest;
        this.loaded = load();
    }

    /** Begins to look for changed files. */
    void watch() {
        Duration interval = config.certificateCheck();
        reloader = Thread.ofVirtual().name("certificates").start(() -> {
            try {
                while (true) {
                    Thread.sleep(interval);
                    reloadIfChanged();
                }
            } catch (InterruptedException closed) {
                Thread.currentThread().interrupt();
            }
        });
    }

    @Override
    public void close() {
        if (reloader != null) {
            reloader.interrupt();
        }
    }

    @Override
    public SslContext map(@Nullable String name) {
        Loaded now = loaded;
        if (name == null) {
            return now.first();
        }
        String host = name.toLowerCase(Locale.ROOT);
        @Nullable SslContext exact = now.byName().get(host);
        if (exact != null) {
            return exact;
        }
        int dot = host.indexOf('.');
        @Nullable SslContext wildcard = dot < 0 ? null : now.byName().get("*" + host.substring(dot));
        return wildcard == null ? now.first() : wildcard;
    }

    /** Takes changed files over; answers whether they were. */
    boolean reloadIfChanged() {
        try {
            byte[] present = digest();
            // Only what stayed the same from one look to the next: a key that is not replaced yet would not fit.
            boolean settled = Arrays.equals(present, lastSeen);
            lastSeen = present;
            if (!settled || Arrays.equals(present, digest)) {
                return false;
            }
            // Remembered even when they cannot be used, so that one bad file is reported once.
            digest = present;
            loaded = load();
            metrics.certificateReloaded();
            LOG.info("certificate.reloaded");
            return true;
        } catch (IOException | RuntimeException unusable) {
            metrics.certificateReloadFailed();
            LOG.warn("certificate.unusable reason=\"{}\"", unusable.getMessage());
            return false;
        }
    }

    private byte[] digest() throws IOException {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            for (HttpConfig.CertificateFiles pair : config.certificates()) {
                sha.update(Files.readAllBytes(pair.chain()));
                sha.update(Files.readAllBytes(pair.key()));
            }
            return sha.digest();
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException(missing);
        }
    }

    private Loaded load() throws IOException {
        @Nullable SslContext first = null;
        Map<String, SslContext> byName = new HashMap<>();
        for (HttpConfig.CertificateFiles pair : config.certificates()) {
            byte[] chain = Files.readAllBytes(pair.chain());
            SslContext context = context(pair, chain);
            for (String name : names(pair, chain)) {
                byName.putIfAbsent(name, context);
            }
            first = first == null ? context : first;
        }
        if (first == null) {
            throw new IOException("PORTR_TLS_CERT: no certificate");
        }
        return new Loaded(first, Map.copyOf(byName));
    }

    private static SslContext context(HttpConfig.CertificateFiles pair, byte[] chain) throws IOException {
        try {
            return SslContextBuilder.forServer(
                            new ByteArrayInputStream(chain), new ByteArrayInputStream(Files.readAllBytes(pair.key())))
                    .sslProvider(SslProvider.JDK)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .ciphers(Http2SecurityUtil.CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
                    .applicationProtocolConfig(new ApplicationProtocolConfig(
                            ApplicationProtocolConfig.Protocol.ALPN,
                            ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                            ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                            ApplicationProtocolNames.HTTP_2,
                            ApplicationProtocolNames.HTTP_1_1))
                    .build();
        } catch (IllegalArgumentException | IOException unusable) {
            throw new IOException(
                    "certificate " + pair.chain() + " with key " + pair.key() + ": " + unusable.getMessage(), unusable);
        }
    }

    private static List<String> names(HttpConfig.CertificateFiles pair, byte[] chain) throws IOException {
        try {
            Collection<? extends Certificate> certificates =
                    CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(chain));
            X509Certificate leaf = (X509Certificate) certificates.iterator().next();
            @Nullable Collection<List<?>> alternatives = leaf.getSubjectAlternativeNames();
            return alternatives == null
                    ? List.of()
                    : alternatives.stream()
                            .filter(name -> Integer.valueOf(DNS_NAME).equals(name.get(0)))
                            .map(name -> name.get(1).toString().toLowerCase(Locale.ROOT))
                            .toList();
        } catch (GeneralSecurityException unusable) {
            throw new IOException("certificate " + pair.chain() + ": " + unusable.getMessage(), unusable);
        }
    }
}
