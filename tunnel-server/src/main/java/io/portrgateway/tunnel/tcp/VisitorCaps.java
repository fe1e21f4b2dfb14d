package io.portrgateway.tunnel.tcp;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts connected visitors in total and per address, and refuses those over the limits. Thread-safe. */
final class VisitorCaps {

    private static final int NETWORK_BYTE_COUNT = 8;

    private final int maxCount;
    private final int maxPerAddressCount;
    private final AtomicInteger total = new AtomicInteger();
    private final ConcurrentMap<InetAddress, Integer> perAddress = new ConcurrentHashMap<>();

    VisitorCaps(int maxCount, int maxPerAddressCount) {
        this.maxCount = maxCount;
        this.maxPerAddressCount = maxPerAddressCount;
    }

    boolean tryEnter() {
        if (total.incrementAndGet() > maxCount) {
            total.decrementAndGet();
            return false;
        }
        return true;
    }

    void leave() {
        total.decrementAndGet();
    }

    boolean tryEnter(InetAddress address) {
        boolean[] entered = new boolean[1];
        perAddress.compute(network(address), (key, had) -> {
            int count = had == null ? 0 : had;
            entered[0] = count < maxPerAddressCount;
            return entered[0] ? count + 1 : count;
        });
        return entered[0];
    }

    void leave(InetAddress address) {
        perAddress.computeIfPresent(network(address), (key, had) -> had > 1 ? had - 1 : null);
    }

    /** A visitor with IPv6 owns a whole /64, so its single addresses are no limit for it. */
    private static InetAddress network(InetAddress address) {
        if (!(address instanceof Inet6Address)) {
            return address;
        }
        byte[] bytes = address.getAddress();
        Arrays.fill(bytes, NETWORK_BYTE_COUNT, bytes.length, (byte) 0);
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException impossible) {
            return address;
        }
    }
}
