package io.portrgateway.tunnel.config;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;

/**
 * Settings of the public TCP ports. Immutable.
 *
 * @param address where the ports listen
 * @param ports the pool that tunnels may ask for
 * @param maxConnectionCount visitors connected at once, all tunnels together
 * @param maxPerTunnelCount the same for one tunnel
 * @param maxPerAddressCount the same for one visitor address (an IPv6 address counts as its /64)
 * @param idle how long a connection may be silent; zero for no limit
 * @param backlogCount connections that the kernel holds for one port until they are accepted
 * @param writeHighBytes bytes that may wait for a slow visitor before the service is slowed down
 * @param readBufferBytes largest single read from a visitor
 * @param proxyProtocol header that the service gets in front of the visitor's bytes
 * @param trustedProxies where connections come with a PROXY protocol header that names the visitor
 * @param proxyHeaderTimeout how long such a header may take
 */
public record TcpConfig(
        InetAddress address,
        PortRange ports,
        int maxConnectionCount,
        int maxPerTunnelCount,
        int maxPerAddressCount,
        Duration idle,
        int backlogCount,
        int writeHighBytes,
        int readBufferBytes,
        ServiceHeader proxyProtocol,
        List<AddressRange> trustedProxies,
        Duration proxyHeaderTimeout) {

    private static final long KIB = 1L << 10;
    private static final long MIB = 1L << 20;
    private static final int MILLION = 1_000_000;

    /** What the service is told about the visitor in front of the bytes. */
    public enum ServiceHeader {
        OFF,
        V1,
        V2
    }

    /** Ports from {@code first} to {@code last}, both included. */
    public record PortRange(int first, int last) {

        public PortRange {
            if (first < 1 || last > 65535 || first > last) {
                throw new IllegalArgumentException(
                        "ports: " + first + "-" + last + " (expected: two ports of 1-65535, the smaller one first)");
            }
        }

        static PortRange parse(String text) {
            int hyphen = text.indexOf('-');
            int first = Integer.parseInt(hyphen < 0 ? text : text.substring(0, hyphen));
            return new PortRange(first, hyphen < 0 ? first : Integer.parseInt(text.substring(hyphen + 1)));
        }

        public boolean contains(int port) {
            return port >= first && port <= last;
        }

        public int size() {
            return last - first + 1;
        }
    }

    public TcpConfig {
        trustedProxies = List.copyOf(trustedProxies);
    }

    /** Reads the settings; problems are noted in {@code settings}. */
    public static TcpConfig read(Settings settings) {
        return new TcpConfig(
                settings.parsed(
                        "PORTR_TCP_ADDRESS",
                        "0.0.0.0",
                        "an IP address",
                        InetAddress::ofLiteral,
                        "Address that the public ports of TCP tunnels listen on."),
                settings.parsed(
                        "PORTR_TCP_PORT_RANGE",
                        "30001-40001",
                        "two ports such as 30001-40001",
                        PortRange::parse,
                        "Ports that TCP tunnels may use; a port listens only while its tunnel is open."),
                settings.integer(
                        "PORTR_TCP_MAX_CONNECTIONS",
                        20_000,
                        1,
                        MILLION,
                        "Visitors connected to TCP tunnels at once; more are reset."),
                settings.integer(
                        "PORTR_TCP_MAX_CONNECTIONS_PER_TUNNEL",
                        2_000,
                        1,
                        MILLION,
                        "Visitors connected to one TCP tunnel at once; more are reset."),
                settings.integer(
                        "PORTR_TCP_MAX_CONNECTIONS_PER_ADDRESS",
                        1_000,
                        1,
                        MILLION,
                        "Visitors connected to TCP tunnels from one address (an IPv6 /64 counts as one); more are reset."),
                settings.duration(
                        "PORTR_TCP_IDLE_TIMEOUT",
                        "0s",
                        Duration.ZERO,
                        Duration.ofDays(30),
                        "How long a TCP connection may be silent in both directions; 0s means for ever."),
                settings.integer(
                        "PORTR_TCP_BACKLOG",
                        128,
                        1,
                        65_535,
                        "Connections that the kernel holds for one TCP tunnel until they are accepted."),
                (int) settings.bytes(
                        "PORTR_TCP_WRITE_HIGH",
                        "512KiB",
                        16 * KIB,
                        16 * MIB,
                        "Bytes that may wait for a slow visitor of a TCP tunnel before its service is slowed down."),
                (int) settings.bytes(
                        "PORTR_TCP_READ_BUFFER",
                        "256KiB",
                        8 * KIB,
                        4 * MIB,
                        "Largest single read from a visitor of a TCP tunnel; idle connections hold no buffer."),
                settings.choice(
                        "PORTR_TCP_SERVICE_PROXY_PROTOCOL",
                        ServiceHeader.OFF,
                        "PROXY protocol header (off, v1, v2) that tells the service behind a TCP tunnel who the visitor is."),
                ranges(settings),
                settings.duration(
                        "PORTR_TCP_PROXY_HEADER_TIMEOUT",
                        "5s",
                        Duration.ofMillis(10),
                        Duration.ofMinutes(5),
                        "How long a trusted proxy may take for its PROXY protocol header."));
    }

    private static List<AddressRange> ranges(Settings settings) {
        String name = "PORTR_TCP_TRUSTED_PROXIES";
        List<String> texts = settings.list(
                name,
                "",
                "Addresses or CIDR ranges whose TCP connections must begin with a PROXY protocol header (v1 or v2).");
        try {
            return texts.stream().map(AddressRange::parse).toList();
        } catch (IllegalArgumentException wrong) {
            settings.problem(
                    name,
                    "\"" + String.join(",", texts) + "\" (expected: addresses or CIDR ranges such as 10.0.0.0/8)");
            return List.of();
        }
    }
}
