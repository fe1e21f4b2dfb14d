package io.portrgateway.launcher;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Arrays;

/**
 * The ports of one run. Immutable.
 *
 * @param admin dashboard and API
 * @param http tunnels of kind HTTP
 * @param ssh clients
 * @param ops health and metrics of tunnel-server, on loopback
 * @param adminOps health and metrics of admin-server, on loopback
 */
record Ports(int admin, int http, int ssh, int ops, int adminOps) {

    /** Refuses numbers that are no ports, and one number for two uses. */
    void requireValid() throws StartException {
        int[] all = {admin, http, ssh, ops, adminOps};
        for (int port : all) {
            if (port < 1 || port > 65535) {
                throw new StartException("port: " + port + " (expected: 1-65535)");
            }
        }
        if (Arrays.stream(all).distinct().count() < all.length) {
            throw new StartException("ports: " + Arrays.toString(all) + " (expected: all different)");
        }
    }

    /** Says which port is taken and how to choose another one, before anything is started. */
    void requireFree(InetAddress bindAddress) throws StartException {
        requireFree(bindAddress, admin, "dashboard and API", "--admin-port");
        requireFree(bindAddress, http, "HTTP tunnels", "--http-port");
        requireFree(bindAddress, ssh, "SSH", "--ssh-port");
        InetAddress loopback = InetAddress.getLoopbackAddress();
        requireFree(loopback, ops, "health and metrics of tunnel-server", "--ops-port");
        requireFree(loopback, adminOps, "health and metrics of admin-server", "--admin-ops-port");
    }

    private static void requireFree(InetAddress address, int port, String use, String flag) throws StartException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(address, port));
        } catch (IOException taken) {
            throw new StartException(
                    "port " + port + " (" + use + ") cannot be used: " + taken.getMessage()
                            + "; end the program that has it, or choose another port with " + flag,
                    taken);
        }
    }

    /** {@code chosen}; for 0 the usual port, or when that is taken any free one on loopback. */
    static int orFree(int chosen, int usual) throws StartException {
        if (chosen != 0) {
            return chosen;
        }
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), usual));
            return usual;
        } catch (IOException taken) {
            try {
                return free();
            } catch (IOException none) {
                throw new StartException("no port is free: " + none.getMessage(), none);
            }
        }
    }

    /** A loopback port that is free now; somebody may take it before it is used. */
    static int free() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
