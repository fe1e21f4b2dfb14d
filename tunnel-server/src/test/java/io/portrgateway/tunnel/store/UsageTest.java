package io.portrgateway.tunnel.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.tunnel.registry.FakeUpstream;
import io.portrgateway.tunnel.registry.Hostname;
import io.portrgateway.tunnel.registry.HttpBinding;
import io.portrgateway.tunnel.registry.Lease;
import io.portrgateway.tunnel.registry.Owner;
import io.portrgateway.tunnel.registry.Tunnel;
import io.portrgateway.tunnel.registry.TunnelError;
import io.portrgateway.tunnel.registry.TunnelId;
import io.portrgateway.tunnel.registry.TunnelRegistry;
import org.junit.jupiter.api.Test;

class UsageTest {

    private static final String ID = "01ARZ3NDEKTSV4RRFFQ69G5FA1";

    private final TunnelRegistry registry = new TunnelRegistry();
    private final Lease lease =
            new Lease(new TunnelId(ID), new HttpBinding(new Hostname("app")), new Owner(1, 1, 1), 1);
    private final Tunnel tunnel =
            registry.join(lease, new FakeUpstream()).orElseThrow().tunnel();
    private final Usage usage = new Usage();

    @Test
    void takesNothingOfAnIdleTunnel() {
        assertThat(usage.take(tunnel)).isEmpty();
    }

    @Test
    void takesEachUseOnce() {
        tunnel.requestCount().add(2);
        tunnel.toVisitorBytes().add(100);

        assertThat(usage.take(tunnel)).contains(new Usage.Delta(ID, 2, 100, 0, 1, 0, null));
        assertThat(usage.take(tunnel)).isEmpty();
        tunnel.toUpstreamBytes().add(7);
        assertThat(usage.take(tunnel)).contains(new Usage.Delta(ID, 0, 0, 7, 1, 0, null));
    }

    @Test
    void takesErrorsOnceWithTheNewestOfThem() {
        tunnel.failed(TunnelError.SERVICE_TIMEOUT);
        tunnel.failed(TunnelError.SERVICE_REFUSED);

        assertThat(usage.take(tunnel)).contains(new Usage.Delta(ID, 0, 0, 0, 1, 2, "service_refused"));
        assertThat(usage.take(tunnel)).isEmpty();
        registry.remove(tunnel);
        assertThat(usage.takeLast(tunnel).isEmpty()).isTrue();
    }

    @Test
    void noticesAFurtherSession() {
        registry.join(lease, new FakeUpstream());

        assertThat(usage.take(tunnel)).contains(new Usage.Delta(ID, 0, 0, 0, 2, 0, null));
    }

    @Test
    void takesAgainWhatWasGivenBack() {
        tunnel.requestCount().add(2);
        usage.giveBack(tunnel, usage.take(tunnel).orElseThrow());
        tunnel.requestCount().add(1);

        assertThat(usage.take(tunnel)).contains(new Usage.Delta(ID, 3, 0, 0, 1, 0, null));
    }

    @Test
    void countsNothingTwiceWhenATunnelEndsWhileCountersAreWritten() {
        tunnel.requestCount().add(2);
        usage.take(tunnel);
        tunnel.requestCount().add(1);
        registry.remove(tunnel);

        assertThat(usage.takeLast(tunnel)).isEqualTo(new Usage.Delta(ID, 1, 0, 0, 0, 0, null));
        assertThat(usage.take(tunnel)).isEmpty();
    }
}
