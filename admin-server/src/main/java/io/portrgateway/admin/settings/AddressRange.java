package io.portrgateway.admin.settings;

import java.net.InetAddress;
import java.util.Arrays;

/** A range of addresses such as {@code 10.0.0.0/8} or {@code ::1}. Immutable. */
public final class AddressRange {

    private final byte[] network;
    private final int prefixBits;

    private AddressRange(byte[] network, int prefixBits) {
        this.network = network;
        this.prefixBits = prefixBits;
    }

    /** Parses {@code address} or {@code address/bits}; host names are refused, so nothing is looked up. */
    public static AddressRange parse(String text) {
        int slash = text.indexOf('/');
        byte[] network = literal(slash < 0 ? text : text.substring(0, slash)).getAddress();
        int bits = slash < 0 ? network.length * 8 : Integer.parseInt(text.substring(slash + 1));
        if (bits < 0 || bits > network.length * 8) {
            throw new IllegalArgumentException("address range: " + text + " (expected: address/bits)");
        }
        return new AddressRange(network, bits);
    }

    /** An IP literal as an address; {@link IllegalArgumentException} for anything else. */
    public static InetAddress literal(String text) {
        return InetAddress.ofLiteral(text);
    }

    /** Whether the address lies in this range; IPv4 ranges never contain IPv6 addresses and the other way round. */
    public boolean contains(InetAddress address) {
        byte[] candidate = address.getAddress();
        if (candidate.length != network.length) {
            return false;
        }
        int wholeBytes = prefixBits / 8;
        if (!Arrays.equals(candidate, 0, wholeBytes, network, 0, wholeBytes)) {
            return false;
        }
        int restBits = prefixBits % 8;
        if (restBits == 0) {
            return true;
        }
        int mask = 0xff << (8 - restBits) & 0xff;
        return (candidate[wholeBytes] & mask) == (network[wholeBytes] & mask);
    }
}
