package io.portrgateway.tunnel.config;

import io.netty.util.NetUtil;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Settings of the public HTTP edge. Immutable. */
public record HttpConfig(
        Listen listen, Routing routing, Trust trust, Limits limits, Timeouts timeouts, Streams streams) {

    private static final Pattern HOST = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:\\d{1,5})?");
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration TINY = Duration.ofMillis(10);

    /** Whether a PROXY protocol header is taken from a trusted address. */
    public enum ProxyProtocol {
        /** Never; such bytes are a bad request. */
        OFF,
        /** Taken when it is there. */
        OPTIONAL,
        /** A trusted address that sends none is disconnected. */
        REQUIRED
    }

    /**
     * Where visitors connect.
     *
     * @param port plain HTTP; 0 picks a free port
     * @param certificates pairs of certificate chain and key files; none means no TLS listener
     * @param redirectToHttps whether the plain listener only redirects
     * @param publicTlsPort the port written into redirects
     */
    public record Listen(
            String address,
            int port,
            int tlsPort,
            List<CertificateFiles> certificates,
            Duration certificateCheck,
            boolean redirectToHttps,
            int publicTlsPort,
            int backlogCount) {

        public Listen {
            certificates = List.copyOf(certificates);
        }
    }

    /** One certificate chain and its private key, both PEM. */
    public record CertificateFiles(Path chain, Path key) {}

    /**
     * Which authority names a tunnel, and what error pages tell about opening one.
     *
     * @param domain host part of {@code PORTR_DOMAIN}, in lower case
     * @param alsoLocalhost whether {@code <label>.localhost} names a tunnel too
     * @param sshHost host that error pages show in the {@code ssh} command
     */
    public record Routing(String domain, boolean alsoLocalhost, String sshHost, int sshPort) {}

    /**
     * Whom to believe.
     *
     * @param proxies addresses in CIDR form
     */
    public record Trust(List<String> proxies, ProxyProtocol proxyProtocol, boolean passReplayId) {

        public Trust {
            proxies = List.copyOf(proxies);
        }
    }

    /** What one visitor, one connection and all of them may use. A count of 0 means no limit. */
    public record Limits(
            int headerBytes,
            int requestLineBytes,
            int headerCount,
            long bodyBytes,
            int connectionCount,
            int connectionsPerAddressCount,
            int requestsPerConnectionCount,
            int inFlightPerTunnelCount,
            int http2StreamCount,
            int lowWaterBytes,
            int highWaterBytes) {}

    /** How long each phase of a connection may take. Zero means no limit where that is allowed. */
    public record Timeouts(
            Duration tlsHandshake,
            Duration header,
            Duration keepAlive,
            Duration bodyProgress,
            Duration responseHeader,
            Duration upstreamIdle,
            Duration upgradeIdle,
            Duration linger) {}

    /** Use of the streams to the services. */
    public record Streams(int idlePerUpstreamCount, Duration idle, int retryCount) {}

    /** Reads the section; problems are noted in {@code settings}. */
    public static HttpConfig read(Settings settings) {
        return new HttpConfig(
                listen(settings),
                routing(settings),
                trust(settings),
                limits(settings),
                timeouts(settings),
                streams(settings));
    }

    private static Listen listen(Settings s) {
        int tlsPort =
                s.integer("PORTR_TLS_PORT", 8443, 0, 65535, "Port of the HTTPS listener, opened with a certificate");
        return new Listen(
                s.text("PORTR_HTTP_ADDRESS", "0.0.0.0", "Address the HTTP and HTTPS listeners bind"),
                s.integer("PORTR_PROXY_PORT", 8001, 0, 65535, "Port of the plain HTTP listener"),
                tlsPort,
                certificates(s),
                s.duration(
                        "PORTR_TLS_RELOAD_INTERVAL",
                        "10s",
                        TINY,
                        DAY,
                        "How often the certificate files are looked at for changes"),
                s.flag("PORTR_HTTPS_REDIRECT", false, "Answer plain HTTP with a redirect to HTTPS"),
                s.integer("PORTR_HTTPS_PUBLIC_PORT", 443, 1, 65535, "Port written into redirects to HTTPS"),
                s.integer(
                        "PORTR_HTTP_BACKLOG",
                        4096,
                        1,
                        65535,
                        "Connections the kernel may hold before they are accepted"));
    }

    private static List<CertificateFiles> certificates(Settings s) {
        List<String> chains = s.list(
                "PORTR_TLS_CERT", "", "Certificate chain files (PEM), separated by commas; the first is the default");
        List<String> keys =
                s.list("PORTR_TLS_KEY", "", "Private key files (PEM, PKCS#8), in the order of PORTR_TLS_CERT");
        if (chains.size() != keys.size()) {
            s.problem("PORTR_TLS_KEY", keys.size() + " files (expected: one for each of PORTR_TLS_CERT)");
            return List.of();
        }
        List<CertificateFiles> pairs = new ArrayList<>();
        for (int i = 0; i < chains.size(); i++) {
            CertificateFiles pair = new CertificateFiles(Path.of(chains.get(i)), Path.of(keys.get(i)));
            if (!Files.isReadable(pair.chain())) {
                s.problem("PORTR_TLS_CERT", pair.chain() + " (expected: a readable file)");
            }
            if (!Files.isReadable(pair.key())) {
                s.problem("PORTR_TLS_KEY", pair.key() + " (expected: a readable file)");
            }
            pairs.add(pair);
        }
        return pairs;
    }

    private static Routing routing(Settings s) {
        String domain = s.parsed(
                "PORTR_DOMAIN",
                "localhost:8001",
                "a host name, with an optional port",
                HttpConfig::host,
                "Base domain: a tunnel is one label under it");
        String ssh = s.text("PORTR_SSH_URL", "localhost:2222", "Host and port of the SSH side, as clients reach it");
        int colon = ssh.lastIndexOf(':');
        String sshPort = colon < 0 ? "" : ssh.substring(colon + 1);
        return new Routing(
                withoutPort(domain),
                s.flag("PORTR_TUNNEL_USE_LOCALHOST", false, "Also serve tunnels as <name>.localhost"),
                colon < 0 ? ssh : ssh.substring(0, colon),
                sshPort.matches("\\d{1,5}") ? Integer.parseInt(sshPort) : 22);
    }

    private static Trust trust(Settings s) {
        List<String> proxies = s.list(
                "PORTR_TRUSTED_PROXIES",
                "",
                "Addresses (CIDR) whose forwarded headers and PROXY protocol headers are believed");
        proxies.stream()
                .filter(network -> !isNetwork(network))
                .forEach(network -> s.problem(
                        "PORTR_TRUSTED_PROXIES",
                        "\"" + network + "\" (expected: addresses such as 10.0.0.0/8 or 2001:db8::1)"));
        return new Trust(
                proxies.stream().filter(HttpConfig::isNetwork).toList(),
                s.choice(
                        "PORTR_HTTP_PROXY_PROTOCOL",
                        ProxyProtocol.OFF,
                        "PROXY protocol v1/v2 from trusted proxies: off, optional, required"),
                s.flag(
                        "PORTR_HTTP_PASS_REPLAY_ID",
                        false,
                        "Pass X-Portr-Replayed-Request-Id on; then any visitor can mark a request as a replay"));
    }

    private static boolean isNetwork(String text) {
        int slash = text.indexOf('/');
        byte @Nullable [] address =
                NetUtil.createByteArrayFromIpAddressString(slash < 0 ? text : text.substring(0, slash));
        if (address == null || slash < 0) {
            return address != null;
        }
        String prefix = text.substring(slash + 1);
        return prefix.matches("\\d{1,3}") && Integer.parseInt(prefix) <= address.length * 8;
    }

    private static Limits limits(Settings s) {
        return new Limits(
                (int) s.bytes("PORTR_HTTP_MAX_HEADER_SIZE", "64KiB", 1024, 1 << 20, "Largest request or response head"),
                (int) s.bytes("PORTR_HTTP_MAX_REQUEST_LINE", "16KiB", 512, 1 << 20, "Longest request line"),
                s.integer("PORTR_HTTP_MAX_HEADERS", 128, 8, 10_000, "Most header fields in one head"),
                s.bytes("PORTR_HTTP_MAX_BODY", "0B", 0, Long.MAX_VALUE, "Largest request body; 0 for no limit"),
                s.integer(
                        "PORTR_HTTP_MAX_CONNECTIONS",
                        20_000,
                        0,
                        10_000_000,
                        "Visitor connections in total; 0 for no limit"),
                s.integer(
                        "PORTR_HTTP_MAX_CONNECTIONS_PER_ADDRESS",
                        2_000,
                        0,
                        10_000_000,
                        "Visitor connections per address (IPv6: per /64), trusted proxies excepted; 0 for no limit"),
                s.integer(
                        "PORTR_HTTP_MAX_REQUESTS_PER_CONNECTION",
                        0,
                        0,
                        Integer.MAX_VALUE,
                        "Requests on one visitor connection before it is closed; 0 for no limit"),
                s.integer(
                        "PORTR_HTTP_MAX_IN_FLIGHT_PER_TUNNEL",
                        2_000,
                        0,
                        10_000_000,
                        "Requests and upgraded connections one tunnel may have at a time; 0 for no limit"),
                s.integer("PORTR_HTTP2_MAX_STREAMS", 128, 1, 10_000, "Concurrent requests on one HTTP/2 connection"),
                (int) s.bytes(
                        "PORTR_HTTP_LOW_WATER",
                        "64KiB",
                        1024,
                        1 << 30,
                        "Bytes waiting for a slow visitor below which reading from its service goes on"),
                (int) s.bytes(
                        "PORTR_HTTP_HIGH_WATER",
                        "256KiB",
                        1024,
                        1 << 30,
                        "Bytes waiting for a slow visitor above which reading from its service pauses"));
    }

    private static Timeouts timeouts(Settings s) {
        return new Timeouts(
                s.duration("PORTR_TLS_HANDSHAKE_TIMEOUT", "10s", TINY, DAY, "Time for the TLS handshake"),
                s.duration(
                        "PORTR_HTTP_HEADER_TIMEOUT", "10s", TINY, DAY, "Time for a request head, from its first byte"),
                s.duration(
                        "PORTR_HTTP_IDLE_TIMEOUT",
                        "75s",
                        TINY,
                        DAY,
                        "Time a visitor connection may idle between requests"),
                s.duration(
                        "PORTR_HTTP_BODY_TIMEOUT",
                        "30s",
                        TINY,
                        DAY,
                        "Time a visitor may send nothing of a begun body, or take nothing of an answer"),
                s.duration(
                        "PORTR_HTTP_RESPONSE_TIMEOUT",
                        "120s",
                        Duration.ZERO,
                        DAY,
                        "Time for the service's answer to begin once it has the request; 0s for no limit"),
                s.duration(
                        "PORTR_HTTP_UPSTREAM_IDLE_TIMEOUT",
                        "0s",
                        Duration.ZERO,
                        DAY,
                        "Time a service may pause within its answer; 0s for no limit (server-sent events pause for long)"),
                s.duration(
                        "PORTR_HTTP_UPGRADE_IDLE_TIMEOUT",
                        "0s",
                        Duration.ZERO,
                        Duration.ofDays(7),
                        "Time a WebSocket or another upgraded connection may be silent; 0s for no limit"),
                s.duration(
                        "PORTR_HTTP_LINGER",
                        "2s",
                        TINY,
                        Duration.ofMinutes(1),
                        "Time a visitor has to take an early answer before its connection is cut"));
    }

    private static Streams streams(Settings s) {
        return new Streams(
                s.integer(
                        "PORTR_HTTP_IDLE_STREAMS",
                        256,
                        0,
                        10_000,
                        "Idle streams kept per session whose client can reuse them; 0 for none"),
                s.duration("PORTR_HTTP_IDLE_STREAM_TIMEOUT", "30s", TINY, DAY, "Time an idle stream is kept"),
                s.integer("PORTR_HTTP_RETRIES", 2, 0, 10, "Further tries of a request that is safe to repeat"));
    }

    private static String host(String text) {
        String host = text.toLowerCase(Locale.ROOT);
        if (!HOST.matcher(host).matches()) {
            throw new IllegalArgumentException(text);
        }
        return host;
    }

    private static String withoutPort(String authority) {
        int colon = authority.indexOf(':');
        return colon < 0 ? authority : authority.substring(0, colon);
    }
}
