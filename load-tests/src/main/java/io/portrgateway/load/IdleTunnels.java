package io.portrgateway.load;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.keyverifier.AcceptAllServerKeyVerifier;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.io.nio2.Nio2ServiceFactoryFactory;
import org.apache.sshd.common.util.net.SshdSocketAddress;
import org.apache.sshd.core.CoreModuleProperties;

/** Many sessions with one TCP forward each, which then do nothing but answer probes. Thread-safe. */
final class IdleTunnels implements AutoCloseable {

    /** Not the address that the tunnels listen on: thousands of clients' own ports would be in the way of the pool's. */
    private static final int OWN_ADDRESS = 2;

    private final SshClient client = SshClient.setUpDefaultClient();
    private final List<ClientSession> sessions = Collections.synchronizedList(new ArrayList<>());
    private final Gateway gateway;

    IdleTunnels(Gateway gateway) {
        this.gateway = gateway;
        client.setIoServiceFactoryFactory(new Nio2ServiceFactoryFactory());
        client.setServerKeyVerifier(AcceptAllServerKeyVerifier.INSTANCE);
        CoreModuleProperties.IDLE_TIMEOUT.set(client, Duration.ZERO);
        CoreModuleProperties.NIO2_READ_BUFFER_SIZE.set(client, 1024);
        client.start();
    }

    /** Opens tunnels until there are {@code total}; answers how many were opened per second. */
    double openUpTo(int total, int parallel) throws IOException, InterruptedException {
        int missing = total - sessions.size();
        long start = System.nanoTime();
        try (ExecutorService openers = Executors.newFixedThreadPool(parallel)) {
            List<Future<?>> opened = new ArrayList<>();
            for (int i = 0; i < missing; i++) {
                opened.add(openers.submit(this::open));
            }
            for (Future<?> one : opened) {
                one.get();
            }
        } catch (java.util.concurrent.ExecutionException failed) {
            throw new IOException(
                    "tunnel " + (sessions.size() + 1) + " cannot be opened: " + failed.getCause(), failed);
        }
        return missing / ((System.nanoTime() - start) / 1e9);
    }

    @Override
    public void close() {
        client.stop();
    }

    private static InetAddress loopback(int last) throws UnknownHostException {
        return InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) last});
    }

    private ClientSession open() {
        try {
            ClientSession session = client.connect(
                            gateway.team(),
                            new InetSocketAddress(loopback(1), gateway.sshPort()),
                            new InetSocketAddress(loopback(OWN_ADDRESS), 0))
                    .verify(30, TimeUnit.SECONDS)
                    .getSession();
            session.addPasswordIdentity(gateway.secretKey());
            session.auth().verify(30, TimeUnit.SECONDS);
            session.startRemotePortForwarding(new SshdSocketAddress("", 0), new SshdSocketAddress("127.0.0.1", 9));
            sessions.add(session);
            return session;
        } catch (IOException failed) {
            throw new java.io.UncheckedIOException(failed);
        }
    }
}
