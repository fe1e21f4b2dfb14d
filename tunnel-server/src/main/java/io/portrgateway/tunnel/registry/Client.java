package io.portrgateway.tunnel.registry;

/**
 * Who is at the other end of an SSH session, as the network and its greeting say. Immutable.
 *
 * @param address the IP address it came from
 * @param software how it calls itself, such as {@code OpenSSH_10.0}; empty when it does not say
 */
public record Client(String address, String software) {

    private static final int MAX_SOFTWARE_CHARS = 100;

    /** Keeps the software's name short and printable: it is the peer's own text. */
    public Client {
        software = software.chars()
                .filter(c -> c >= ' ' && c < 0x7F)
                .limit(MAX_SOFTWARE_CHARS)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
