package io.portrgateway.tunnel.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.portrgateway.tunnel.config.KubernetesConfig;
import io.portrgateway.tunnel.config.TcpConfig.PortRange;
import io.portrgateway.tunnel.metrics.KubernetesMetrics;
import io.portrgateway.tunnel.registry.FakePorts;
import io.portrgateway.tunnel.registry.FakeUpstream;
import io.portrgateway.tunnel.registry.Lease;
import io.portrgateway.tunnel.registry.Owner;
import io.portrgateway.tunnel.registry.TcpBinding;
import io.portrgateway.tunnel.registry.Tunnel;
import io.portrgateway.tunnel.registry.TunnelId;
import io.portrgateway.tunnel.registry.TunnelRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The ports of a Service at an API over TLS on the loopback address. */
@Timeout(60)
class ServicePortsIT {

    private static final Duration NEVER = Duration.ofHours(1);

    @TempDir
    Path account;

    private final FakePorts edge = new FakePorts();
    private final TunnelRegistry registry = new TunnelRegistry();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final AtomicBoolean isReady = new AtomicBoolean(true);
    private ScriptedApi api;
    private ServicePorts ports;

    @BeforeEach
    void startApi() throws Exception {
        api = new ScriptedApi(account);
    }

    @AfterEach
    void stop() {
        if (ports != null) {
            ports.close();
        }
        api.close();
        assertThat(api.wrong()).isEmpty();
    }

    @Test
    void addsThePortBeforeTheClientIsAnsweredAndRemovesItAfterwards() throws Exception {
        start(NEVER, 10);
        Tunnel tunnel = tunnel(30005, 1);

        assertThat(listen(tunnel).get(10, TimeUnit.SECONDS)).isTrue();
        assertThat(api.ports()).containsExactly(2222, 30005);
        assertThat(api.entry(30005)).contains("\"name\":\"tcp-30005\"", "\"targetPort\":30005", "\"protocol\":\"TCP\"");

        unlisten(tunnel);
        await().untilAsserted(() -> assertThat(api.ports()).containsExactly(2222));
    }

    @Test
    void addsABurstOfPortsInFewPatches() {
        start(NEVER, 10);
        List<CompletableFuture<Boolean>> answers = IntStream.rangeClosed(30001, 30010)
                .mapToObj(port -> listen(tunnel(port, 1)))
                .toList();

        CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new)).join();

        assertThat(api.ports()).hasSize(11);
        assertThat(api.patches()).hasSizeLessThanOrEqualTo(3);
    }

    @Test
    void keepsThePortThatANewerTunnelTookOver() throws Exception {
        start(NEVER, 10);
        Tunnel older = tunnel(30005, 1);
        listen(older).get(10, TimeUnit.SECONDS);
        Tunnel newer = tunnel(30005, 2);

        listen(newer).get(10, TimeUnit.SECONDS);
        unlisten(older);
        listen(tunnel(30006, 1)).get(10, TimeUnit.SECONDS);

        assertThat(api.ports()).containsExactly(2222, 30005, 30006);
    }

    @Test
    void addsNoPortThatCouldNotBeOpened() throws Exception {
        start(NEVER, 10);
        edge.occupy(30005);

        assertThat(listen(tunnel(30005, 1)).get(10, TimeUnit.SECONDS)).isFalse();
        listen(tunnel(30006, 1)).get(10, TimeUnit.SECONDS);

        assertThat(api.ports()).containsExactly(2222, 30006);
    }

    @Test
    void reconcilesWhatAnEarlierRunLeftAndWhatSomebodyRemoved() throws Exception {
        api.add("tcp-30009", 30009, "TCP");
        api.add("database", 30008, "TCP");
        start(Duration.ofMillis(300), 10);
        listen(tunnel(30001, 1)).get(10, TimeUnit.SECONDS);

        await().untilAsserted(() -> assertThat(api.ports()).containsExactly(2222, 30001, 30008));

        api.remove(30001);
        await().untilAsserted(() -> assertThat(api.ports()).containsExactly(2222, 30001, 30008));
    }

    @Test
    void closesThoughItNeverStarted() {
        ports = make(NEVER, 10);

        ports.close();

        assertThat(api.requestCount()).isZero();
    }

    @Test
    void neverShowsAMalformedToken() throws Exception {
        api.mountToken("sec\nret");
        Account mounted = new Account(account);

        assertThatThrownBy(mounted::token).hasMessageNotContainingAny("sec", "ret");
    }

    @Test
    void leavesThePortsOfItsPredecessorUntilItIsReady() {
        api.add("tcp-30009", 30009, "TCP");
        isReady.set(false);
        start(Duration.ofMillis(100), 10);
        await().untilAsserted(() -> assertThat(api.requestCount()).isGreaterThan(5));
        assertThat(api.ports()).containsExactly(2222, 30009);

        isReady.set(true);

        await().untilAsserted(() -> assertThat(api.ports()).containsExactly(2222));
    }

    @Test
    void leavesItsPortsToItsSuccessorWhenItStops() throws Exception {
        start(NEVER, 10);
        Tunnel tunnel = tunnel(30005, 1);
        listen(tunnel).get(10, TimeUnit.SECONDS);

        ports.close();
        unlisten(tunnel);

        assertThat(api.ports()).containsExactly(2222, 30005);
        assertThat(listen(tunnel(30006, 1)).get(10, TimeUnit.SECONDS)).isTrue();
        assertThat(api.ports()).containsExactly(2222, 30005);
    }

    @Test
    void readsAgainWhenSomebodyElseWasFaster() throws Exception {
        start(NEVER, 10);
        await().untilAsserted(() -> assertThat(syncs("unchanged")).isPositive());
        api.rival(2);

        listen(tunnel(30005, 1)).get(10, TimeUnit.SECONDS);

        await().untilAsserted(() -> assertThat(api.ports()).containsExactly(2222, 30005));
        assertThat(api.conflictCount()).isEqualTo(2);
        assertThat(syncs("conflict")).isEqualTo(2);
    }

    @Test
    void letsTunnelsGoOnWhileTheApiForbidsAndAddsThemLater() throws Exception {
        api.refuse(403);
        start(NEVER, 10);
        await().untilAsserted(() -> assertThat(syncs("forbidden")).isPositive());

        assertThat(listen(tunnel(30005, 1)).get(1, TimeUnit.SECONDS)).isTrue();
        assertThat(api.ports()).containsExactly(2222);
        await().untilAsserted(() -> assertThat(
                        meters.get("portr.kubernetes.ports.missing").gauge().value())
                .isEqualTo(1));

        api.refuse(0);
        await().untilAsserted(() -> assertThat(api.ports()).containsExactly(2222, 30005));
        await().untilAsserted(() ->
                assertThat(meters.get("portr.kubernetes.ports").gauge().value()).isEqualTo(1));
    }

    @Test
    void addsAndRemovesWhatWasMissedWhileTheApiWasDown() throws Exception {
        start(NEVER, 10);
        Tunnel gone = tunnel(30005, 1);
        listen(gone).get(10, TimeUnit.SECONDS);
        api.goDown();

        assertThat(listen(tunnel(30006, 1)).get(10, TimeUnit.SECONDS)).isTrue();
        unlisten(gone);
        await().untilAsserted(() -> assertThat(syncs("unavailable")).isPositive());
        assertThat(meters.get("portr.kubernetes.ports.missing").gauge().value()).isEqualTo(1);
        api.comeBack();

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(api.ports()).containsExactly(2222, 30006));
    }

    @Test
    void usesTheTokenThatIsMountedNow() throws Exception {
        start(NEVER, 10);
        listen(tunnel(30005, 1)).get(10, TimeUnit.SECONDS);
        api.changeToken("second-token");
        listen(tunnel(30006, 1)).get(10, TimeUnit.SECONDS);
        await().untilAsserted(() -> assertThat(syncs("forbidden")).isPositive());
        assertThat(api.ports()).containsExactly(2222, 30005);

        api.mountToken("second-token");

        await().untilAsserted(() -> assertThat(api.ports()).containsExactly(2222, 30005, 30006));
    }

    @Test
    void addsNoMorePortsThanTheLoadBalancerHas() throws Exception {
        start(NEVER, 1);
        Tunnel first = tunnel(30005, 1);
        listen(first).get(10, TimeUnit.SECONDS);

        assertThat(listen(tunnel(30006, 1)).get(10, TimeUnit.SECONDS)).isTrue();
        assertThat(api.ports()).containsExactly(2222, 30005);

        unlisten(first);
        await().untilAsserted(() -> assertThat(api.ports()).containsExactly(2222, 30006));
    }

    @Test
    void tellsTheClientOnceWhenThereIsNoRoom() throws Exception {
        start(Duration.ofMillis(100), 1);
        listen(tunnel(30005, 1)).get(10, TimeUnit.SECONDS);
        Tunnel second = tunnel(30006, 1);
        listen(second).get(10, TimeUnit.SECONDS);

        await().untilAsserted(() -> assertThat(warnings(second)).hasSize(1));
        await().during(Duration.ofMillis(300)).until(() -> warnings(second).size() == 1);

        assertThat(warnings(second).getFirst())
                .startsWith("port 30006 is not reachable")
                .contains("no room");
    }

    @Test
    void addsTheOthersWhenTheApiDoesNotTakeSomePorts() throws Exception {
        api.dislike(30003);
        api.dislike(30009);
        start(NEVER, 10);
        List<Tunnel> tunnels = IntStream.rangeClosed(30001, 30010)
                .mapToObj(port -> tunnel(port, 1))
                .toList();
        CompletableFuture.allOf(tunnels.stream().map(this::listen).toArray(CompletableFuture<?>[]::new))
                .join();

        await().untilAsserted(
                        () -> assertThat(api.ports()).hasSize(9).contains(30010).doesNotContain(30003, 30009));
        assertThat(warnings(tunnels.get(2))).singleElement().asString().contains("port 30003", "did not accept");
        assertThat(warnings(tunnels.get(8))).hasSize(1);
        assertThat(warnings(tunnels.get(3))).isEmpty();
        assertThat(meters.get("portr.kubernetes.ports.rejected").counter().count())
                .isEqualTo(2);
        assertThat(meters.get("portr.kubernetes.ports.missing").gauge().value()).isEqualTo(2);
        assertThat(syncs("refused")).isZero();
        // And one more port goes in at once
        assertThat(api.requestCount()).isLessThan(60);
        unlisten(tunnels.get(2));
        unlisten(tunnels.get(0));
        await().untilAsserted(() -> assertThat(api.ports()).doesNotContain(30001));
        await().untilAsserted(() -> assertThat(
                        meters.get("portr.kubernetes.ports.missing").gauge().value())
                .isEqualTo(1));
    }

    @Test
    void triesARejectedPortAgainAfterAWhile() throws Exception {
        api.dislike(30003);
        start(Duration.ofMillis(200), 10);
        Tunnel tunnel = tunnel(30003, 1);
        listen(tunnel).get(10, TimeUnit.SECONDS);
        await().untilAsserted(() -> assertThat(
                        meters.get("portr.kubernetes.ports.rejected").counter().count())
                .isGreaterThan(1));

        api.like(30003);

        await().untilAsserted(() -> assertThat(api.ports()).containsExactly(2222, 30003));
        assertThat(warnings(tunnel)).hasSize(1);
    }

    private static List<String> warnings(Tunnel tunnel) {
        return tunnel.upstreams().stream()
                .flatMap(upstream -> ((FakeUpstream) upstream).warnings().stream())
                .toList();
    }

    private void start(Duration interval, int maxPortCount) {
        ports = make(interval, maxPortCount);
        ports.start();
    }

    private ServicePorts make(Duration interval, int maxPortCount) {
        return new ServicePorts(
                new KubernetesConfig(ScriptedApi.SERVICE, "localhost", api.port(), account, maxPortCount, interval),
                new PortRange(30001, 30010),
                edge,
                new KubernetesMetrics(meters),
                isReady::get);
    }

    private Tunnel tunnel(int port, long epoch) {
        Lease lease =
                new Lease(new TunnelId("01J00000000000000000000000"), new TcpBinding(port), new Owner(1, 1, 1), epoch);
        return registry.join(lease, new FakeUpstream()).orElseThrow().tunnel();
    }

    private CompletableFuture<Boolean> listen(Tunnel tunnel) {
        return ports.listen(tunnel, (TcpBinding) tunnel.lease().binding()).toCompletableFuture();
    }

    private void unlisten(Tunnel tunnel) {
        ports.unlisten(tunnel, (TcpBinding) tunnel.lease().binding())
                .toCompletableFuture()
                .join();
    }

    private double syncs(String result) {
        return meters.get("portr.kubernetes.syncs")
                .tag("result", result)
                .counter()
                .count();
    }
}
