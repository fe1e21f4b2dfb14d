package io.portrgateway.tunnel;

import com.sun.management.UnixOperatingSystemMXBean;
import io.portrgateway.tunnel.config.TcpConfig.PortRange;
import java.lang.management.ManagementFactory;
import java.util.Optional;

/** Says at the start when the operating system allows fewer open files than the configured tunnels need. Stateless. */
final class OpenFiles {

    /** A TCP tunnel holds the socket of its session and its own listener; visitors and the rest come on top. */
    private static final int FILES_PER_TUNNEL = 2;

    private static final int OTHERS = 1_000;

    private OpenFiles() {}

    /** A sentence for the log, or nothing when there are enough or the system does not tell. */
    static Optional<String> problem(PortRange ports) {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                ? problem(ports, system.getMaxFileDescriptorCount())
                : Optional.empty();
    }

    static Optional<String> problem(PortRange ports, long allowed) {
        int tunnels = ports.last() - ports.first() + 1;
        long wanted = (long) FILES_PER_TUNNEL * tunnels + OTHERS;
        return allowed >= wanted
                ? Optional.empty()
                : Optional.of("open files allowed: " + allowed + " (expected: at least " + wanted + " for " + tunnels
                        + " TCP tunnels at once; raise it with ulimit -n, LimitNOFILE or --ulimit nofile)");
    }
}
