package io.portrgateway.tunnel.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.DefaultEventLoop;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class TunnelRegistryTest {

    private static final Owner ANN = new Owner(1, 1, 1);
    private static final Binding APP = new HttpBinding(new Hostname("app"));
    private static final TunnelId ID = new TunnelId("01ARZ3NDEKTSV4RRFFQ69G5FA1");

    private final TunnelRegistry registry = new TunnelRegistry();

    @Test
    void refusesAnOlderEpoch() {
        registry.join(lease(2), new FakeUpstream()).orElseThrow();

        assertThat(registry.join(lease(1), new FakeUpstream())).isEmpty();
    }

    @Test
    void replacesAnOlderEpochAndTellsWhatItHad() {
        FakeUpstream old = new FakeUpstream();
        Tunnel before = registry.join(lease(1), old).orElseThrow().tunnel();

        TunnelRegistry.Joined joined =
                registry.join(lease(2), new FakeUpstream()).orElseThrow();

        assertThat(joined.isNew()).isTrue();
        assertThat(joined.displaced()).containsExactly(old);
        assertThat(joined.replaced()).isSameAs(before);
        assertThat(before.upstreams()).isEmpty();
    }

    @Test
    void leavesTheSuccessorAloneWhenAnEndedTunnelLeaves() {
        FakeUpstream old = new FakeUpstream();
        Tunnel before = registry.join(lease(1), old).orElseThrow().tunnel();
        Tunnel after = registry.join(lease(2), new FakeUpstream()).orElseThrow().tunnel();

        assertThat(registry.leave(before, old)).isFalse();
        assertThat(registry.remove(before)).isEmpty();

        assertThat(registry.find(APP)).containsSame(after);
    }

    @Test
    void joinsOnceHoweverOftenTheSameSessionJoins() {
        FakeUpstream upstream = new FakeUpstream();
        registry.join(lease(1), upstream);

        Tunnel tunnel = registry.join(lease(1), upstream).orElseThrow().tunnel();

        assertThat(tunnel.upstreams()).containsExactly(upstream);
        assertThat(registry.leave(tunnel, upstream)).isTrue();
    }

    @Test
    void ignoresASessionThatIsNoMember() {
        Tunnel tunnel =
                registry.join(lease(1), new FakeUpstream()).orElseThrow().tunnel();

        assertThat(registry.leave(tunnel, new FakeUpstream())).isFalse();
        assertThat(registry.find(APP)).containsSame(tunnel);
    }

    @Test
    void neverLosesASessionThatJoinsWhileOthersLeave() throws Exception {
        List<Thread> threads = IntStream.range(0, 4)
                .mapToObj(number -> Thread.ofPlatform().start(() -> {
                    for (int round = 0; round < 2_000; round++) {
                        FakeUpstream upstream = new FakeUpstream();
                        Tunnel tunnel =
                                registry.join(lease(1), upstream).orElseThrow().tunnel();
                        if (!tunnel.upstreams().contains(upstream)) {
                            throw new AssertionError("a session that joined is not there");
                        }
                        registry.leave(tunnel, upstream);
                    }
                }))
                .toList();
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(registry.all()).isEmpty();
    }

    @Test
    void picksTheSessionWithTheLeastInFlight() {
        FakeUpstream busy = new FakeUpstream();
        FakeUpstream idle = new FakeUpstream();
        FakeUpstream dead = new FakeUpstream();
        Tunnel tunnel = registry.join(lease(1), busy).orElseThrow().tunnel();
        registry.join(lease(1), dead);
        registry.join(lease(1), idle);
        busy.begin();
        dead.vanish();

        assertThat(tunnel.pick(null, List.of())).containsSame(idle);
        assertThat(tunnel.pick(null, List.of(idle))).containsSame(busy);
        assertThat(tunnel.pick(null, List.of(idle, busy))).isEmpty();
    }

    @Test
    void prefersTheVisitorsOwnLoopOnATie() {
        DefaultEventLoop one = new DefaultEventLoop();
        DefaultEventLoop two = new DefaultEventLoop();
        FakeUpstream there = new FakeUpstream(one);
        FakeUpstream here = new FakeUpstream(two);
        Tunnel tunnel = registry.join(lease(1), there).orElseThrow().tunnel();
        registry.join(lease(1), here);

        assertThat(tunnel.pick(two, List.of())).containsSame(here);
        assertThat(tunnel.pick(one, List.of())).containsSame(there);
    }

    private static Lease lease(long epoch) {
        return new Lease(ID, APP, ANN, epoch);
    }
}
