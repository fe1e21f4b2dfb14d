package io.portrgateway.tunnel.http;

import io.portrgateway.tunnel.config.HttpConfig;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts visitor connections, in total and per address (IPv6: per /64, which one visitor owns as a whole). Thread-safe. */
final class ConnectionLimits {

    private static final int IPV6_NETWORK_BYTES = 8;

    private final int total;
    private final int perAddress;
    private final AtomicInteger open = new AtomicInteger();
    private final ConcurrentMap<ByteBuffer, Integer> byAddress = new ConcurrentHashMap<>();

    ConnectionLimits(HttpConfig.Limits limits) {
        this.total = limits.connectionCount();
        this.perAddress = limits.connectionsPerAddressCount();
    }

    /** Counts one connection; false when there are enough already, then nothing is counted. */
    boolean open() {
        if (open.incrementAndGet() > total && total > 0) {
            open.decrementAndGet();
            return false;
        }
        return true;
    }

    void close() {
        open.decrementAndGet();
    }

    int openCount() {
        return open.get();
    }

    /** Counts one connection of the address; false when it has enough already, then nothing is counted. */
    boolean open(InetAddress address) {
        if (perAddress == 0) {
            return true;
        }
        int now = byAddress.merge(key(address), 1, Integer::sum);
        if (now > perAddress) {
            close(address);
            return false;
        }
        return true;
    }

    void close(InetAddress address) {
        if (perAddress > 0) {
            byAddress.computeIfPresent(key(address), (key, count) -> count <= 1 ? null : count - 1);
        }
    }

    private static ByteBuffer key(InetAddress address) {
        byte[] bytes = address.getAddress();
        return ByteBuffer.wrap(bytes, 0, bytes.length > 4 ? IPV6_NETWORK_BYTES : bytes.length);
    }
}
