package io.portrgateway.tunnel.config;

import java.net.InetAddress;

/**
 * A range of IP addresses in CIDR form, such as {@code 10.0.0.0/8} or {@code 2001:db8::/32}; a bare address is a range
 * of one. Immutable.
 *
 * @param network any address of the range
 * @param prefixBitCount how many leading bits all its addresses share
 */
public record AddressRange(InetAddress network, int prefixBitCount) {

    public AddressRange {
        int bits = network.getAddress().length * 8;
        if (prefixBitCount < 0 || prefixBitCount > bits) {
            throw new IllegalArgumentException("prefix: " + prefixBitCount + " (expected: 0-" + bits + ")");
        }
    }

    /** Parses an address or a CIDR range; throws {@link IllegalArgumentException} for anything else. Asks no name server. */
    public static AddressRange parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            InetAddress address = InetAddress.ofLiteral(text);
            return new AddressRange(address, address.getAddress().length * 8);
        }
        return new AddressRange(
                InetAddress.ofLiteral(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
    }

    /** Whether the address is in the range; an address of the other IP version never is. */
    public boolean contains(InetAddress address) {
        byte[] range = network.getAddress();
        byte[] candidate = address.getAddress();
        if (range.length != candidate.length) {
            return false;
        }
        int wholeByteCount = prefixBitCount / 8;
        for (int i = 0; i < wholeByteCount; i++) {
            if (range[i] != candidate[i]) {
                return false;
            }
        }
        int restBitCount = prefixBitCount % 8;
        int mask = restBitCount == 0 ? 0 : 0xff << (8 - restBitCount);
        return restBitCount == 0 || (range[wholeByteCount] & mask) == (candidate[wholeByteCount] & mask);
    }
}
