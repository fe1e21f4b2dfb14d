package io.portrgateway.tunnel.ssh;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.buffer.BufferException;

/**
 * What {@code tcpip-forward} and {@code cancel-tcpip-forward} carry. Immutable.
 *
 * @param address the bind address, as text; it is compared and repeated, never bound
 * @param port 0 to 65535
 */
record ForwardRequest(String address, int port) {

    private static final int MAX_ADDRESS_LENGTH = 253;
    private static final int MAX_PORT = 65535;

    /** Texts that mean "any address". They are words only: this server chooses what it listens on. */
    private static final Set<String> ANY_ADDRESS = Set.of("0.0.0.0", "", "localhost", "*", "::");

    /** Reads the request strictly: printable ASCII, a real port, nothing behind it; otherwise answers nothing. */
    static Optional<ForwardRequest> read(Buffer buffer) {
        try {
            byte[] address = buffer.getBytes();
            long port = buffer.getUInt();
            if (buffer.available() > 0 || port > MAX_PORT || !isPrintable(address)) {
                return Optional.empty();
            }
            return Optional.of(new ForwardRequest(new String(address, StandardCharsets.US_ASCII), (int) port));
        } catch (BufferException truncated) {
            return Optional.empty();
        }
    }

    boolean isAnyAddress() {
        return ANY_ADDRESS.contains(address);
    }

    private static boolean isPrintable(byte[] text) {
        if (text.length > MAX_ADDRESS_LENGTH) {
            return false;
        }
        for (byte character : text) {
            if (character <= ' ' || character > '~') {
                return false;
            }
        }
        return true;
    }
}
