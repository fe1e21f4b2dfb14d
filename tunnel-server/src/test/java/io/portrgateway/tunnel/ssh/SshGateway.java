package io.portrgateway.tunnel.ssh;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.portrgateway.tunnel.config.PublicUrls;
import io.portrgateway.tunnel.config.Settings;
import io.portrgateway.tunnel.config.SshConfig;
import io.portrgateway.tunnel.config.TransportConfig;
import io.portrgateway.tunnel.metrics.SshMetrics;
import io.portrgateway.tunnel.registry.FakeAccounts;
import io.portrgateway.tunnel.registry.FakeLeases;
import io.portrgateway.tunnel.registry.FakePorts;
import io.portrgateway.tunnel.registry.Forwards;
import io.portrgateway.tunnel.registry.Hostname;
import io.portrgateway.tunnel.registry.Tunnel;
import io.portrgateway.tunnel.registry.TunnelRegistry;
import io.portrgateway.tunnel.transport.EventLoops;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;

/** The SSH side on a free port of the loopback, over accounts, leases and ports in memory. */
final class SshGateway implements AutoCloseable {

    static final String TEAM = "acme";
    static final String KEY = "portr_key_of_ann";
    static final String OTHER_KEY = "portr_key_of_bob";

    final FakeAccounts accounts = new FakeAccounts();
    final FakeLeases leases = new FakeLeases();
    final FakePorts ports = new FakePorts();
    final TunnelRegistry registry = new TunnelRegistry();
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final SshFrontend frontend;

    private final EventLoops loops;

    private SshGateway(Path state, Map<String, String> environment) throws Exception {
        Map<String, String> variables = new HashMap<>(Map.of(
                "PORTR_SSH_ADDRESS", "127.0.0.1",
                "PORTR_SSH_PORT", "0",
                "PORTR_STATE_DIR", state.toString(),
                "PORTR_DOMAIN", "tunnels.example",
                "PORTR_SSH_LOGIN_FAILURE_DELAY", "10ms",
                "PORTR_EVENT_LOOPS", "2"));
        variables.putAll(environment);
        Settings settings = new Settings(variables);
        SshConfig config = SshConfig.read(settings);
        TransportConfig transport = TransportConfig.read(settings);
        PublicUrls urls = PublicUrls.read(settings);
        if (!settings.problems().isEmpty()) {
            throw new IllegalArgumentException(settings.problems().toString());
        }
        accounts.addMember(TEAM, KEY);
        accounts.addMember(TEAM, OTHER_KEY);
        loops = new EventLoops(transport);
        frontend = new SshFrontend(
                config,
                transport,
                urls,
                HostKey.load(config),
                loops,
                accounts,
                new Forwards(registry, leases, ports),
                new SshMetrics(meters));
        frontend.start();
    }

    static SshGateway start(Path state, String... variables) throws Exception {
        Map<String, String> environment = new HashMap<>();
        for (int i = 0; i < variables.length; i += 2) {
            environment.put(variables[i], variables[i + 1]);
        }
        return new SshGateway(state, environment);
    }

    int port() {
        return frontend.address().getPort();
    }

    Optional<Tunnel> tunnel(String subdomain) {
        return registry.find(new Hostname(subdomain));
    }

    Tunnel awaitTunnel(String subdomain) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> tunnel(subdomain).isPresent());
        return tunnel(subdomain).orElseThrow();
    }

    void awaitNoTunnel(String subdomain) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> tunnel(subdomain).isEmpty());
    }

    double count(String meter, String tag, String value) {
        var counter = meters.find(meter).tag(tag, value).counter();
        return counter == null ? 0 : counter.count();
    }

    @Override
    public void close() {
        frontend.close();
        loops.close();
    }
}
