package io.portrgateway.tunnel.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class ForwardsTest {

    private static final Client CLIENT = new Client("127.0.0.1", "");
    private static final Owner ANN = new Owner(1, 1, 1);
    private static final Owner BOB = new Owner(2, 1, 1);
    private static final Binding APP = new HttpBinding(new Hostname("app"));
    private static final TcpBinding PORT = new TcpBinding(30001);
    private static final TunnelId FIRST = new TunnelId("01ARZ3NDEKTSV4RRFFQ69G5FA1");
    private static final TunnelId SECOND = new TunnelId("01ARZ3NDEKTSV4RRFFQ69G5FA2");

    private final TunnelRegistry registry = new TunnelRegistry();
    private final FakeLeases leases = new FakeLeases();
    private final FakePorts ports = new FakePorts();
    private final Forwards forwards = new Forwards(registry, leases, ports);

    @Test
    void opensATunnelThatIsFoundByItsName() {
        FakeUpstream upstream = new FakeUpstream();

        Tunnel tunnel = opened(forwards.open(FIRST, ANN, APP, CLIENT, upstream));

        assertThat(registry.find(new Hostname("app"))).containsSame(tunnel);
        assertThat(tunnel.upstreams()).containsExactly(upstream);
    }

    @Test
    void addsTheSecondSessionOfAPoolToTheSameTunnel() {
        Tunnel tunnel = opened(forwards.open(FIRST, ANN, APP, CLIENT, new FakeUpstream()));

        Tunnel again = opened(forwards.open(FIRST, ANN, APP, CLIENT, new FakeUpstream()));

        assertThat(again).isSameAs(tunnel);
        assertThat(tunnel.upstreams()).hasSize(2);
    }

    @Test
    void opensSessionsOfOnePoolAtOnceWithoutDisplacingAny() {
        leases.postpone();
        List<FakeUpstream> pool =
                IntStream.range(0, 8).mapToObj(index -> new FakeUpstream()).toList();
        List<CompletableFuture<ForwardResult>> results = pool.stream()
                .map(upstream ->
                        forwards.open(FIRST, ANN, APP, CLIENT, upstream).toCompletableFuture())
                .toList();

        leases.answer();

        assertThat(results).allSatisfy(result -> assertThat(result).isCompleted());
        assertThat(registry.find(APP).orElseThrow().upstreams()).containsExactlyInAnyOrderElementsOf(pool);
        assertThat(pool)
                .allSatisfy(upstream -> assertThat(upstream.closeReasons()).isEmpty());
    }

    @Test
    void refusesAnotherMembership() {
        opened(forwards.open(FIRST, ANN, APP, CLIENT, new FakeUpstream()));

        assertThat(result(forwards.open(SECOND, BOB, APP, CLIENT, new FakeUpstream())))
                .isInstanceOf(ForwardResult.Refused.class);
    }

    @Test
    void closesTheOlderSessionWhenANewOneTakesTheNameOver() {
        FakeUpstream older = new FakeUpstream();
        opened(forwards.open(FIRST, ANN, APP, CLIENT, older));

        Tunnel newer = opened(forwards.open(SECOND, ANN, APP, CLIENT, new FakeUpstream()));

        assertThat(older.closeReasons()).containsExactly(CloseReason.TAKEN_OVER);
        assertThat(registry.find(APP)).containsSame(newer);
        assertThat(leases.releases()).containsExactly("1 TAKEN_OVER");
        assertThat(leases.holder(APP)).contains(newer.lease());
    }

    @Test
    void keepsTheNewRouteWhenADeadSessionClosesLate() {
        FakeUpstream older = new FakeUpstream();
        Tunnel dead = opened(forwards.open(FIRST, ANN, APP, CLIENT, older));
        Tunnel newer = opened(forwards.open(SECOND, ANN, APP, CLIENT, new FakeUpstream()));

        done(forwards.close(dead, older, CloseReason.LOST));
        done(forwards.cut(dead, CloseReason.EXPIRED));

        assertThat(registry.find(APP)).containsSame(newer);
        assertThat(leases.holder(APP)).contains(newer.lease());
        assertThat(leases.releases()).containsExactly("1 TAKEN_OVER");
    }

    @Test
    void releasesTheLeaseWithTheLastSession() {
        FakeUpstream one = new FakeUpstream();
        FakeUpstream two = new FakeUpstream();
        Tunnel tunnel = opened(forwards.open(FIRST, ANN, APP, CLIENT, one));
        opened(forwards.open(FIRST, ANN, APP, CLIENT, two));

        done(forwards.close(tunnel, one, CloseReason.LOST));
        assertThat(leases.releases()).isEmpty();
        done(forwards.close(tunnel, two, CloseReason.CLIENT));
        done(forwards.close(tunnel, two, CloseReason.LOST));

        assertThat(leases.releases()).containsExactly("1 CLIENT");
        assertThat(registry.all()).isEmpty();
    }

    @Test
    void keepsATunnelThatASessionJoinsWhileTheLastOneLeaves() {
        FakeUpstream leaving = new FakeUpstream();
        FakeUpstream joining = new FakeUpstream();
        Tunnel tunnel = opened(forwards.open(FIRST, ANN, APP, CLIENT, leaving));
        leases.postpone();
        CompletionStage<ForwardResult> opening = forwards.open(FIRST, ANN, APP, CLIENT, joining);
        CompletionStage<Void> closing = forwards.close(tunnel, leaving, CloseReason.LOST);

        leases.answer();
        Tunnel joined = opened(opening);
        done(closing);

        assertThat(registry.find(APP)).containsSame(joined);
        assertThat(joined.upstreams()).containsExactly(joining);
        assertThat(leases.holder(APP)).contains(joined.lease());
    }

    @Test
    void givesASessionANewLeaseWhenItComesWhileTheOldOneIsGivenBack() {
        FakeUpstream leaving = new FakeUpstream();
        Tunnel ending = opened(forwards.open(FIRST, ANN, APP, CLIENT, leaving));
        leases.postpone();
        CompletionStage<Void> closing = forwards.close(ending, leaving, CloseReason.LOST);
        CompletionStage<ForwardResult> opening = forwards.open(FIRST, ANN, APP, CLIENT, new FakeUpstream());

        leases.answer();
        done(closing);
        Tunnel opened = opened(opening);

        assertThat(opened.lease().epoch()).isGreaterThan(ending.lease().epoch());
        assertThat(leases.holder(APP)).contains(opened.lease());
        assertThat(registry.find(APP)).containsSame(opened);
    }

    @Test
    void givesTheNameBackWhenTheSessionDiesBeforeTheDatabaseAnswers() {
        FakeUpstream upstream = new FakeUpstream();
        leases.postpone();
        CompletionStage<ForwardResult> opening = forwards.open(FIRST, ANN, APP, CLIENT, upstream);

        upstream.vanish();
        leases.answer();

        assertThat(result(opening)).isInstanceOf(ForwardResult.Refused.class);
        assertThat(registry.all()).isEmpty();
        assertThat(leases.releases()).containsExactly("1 LOST");
    }

    @Test
    void handsTheListenerOverWithATcpTakeOver() {
        FakeUpstream older = new FakeUpstream();
        Tunnel before = opened(forwards.open(FIRST, ANN, PORT, CLIENT, older));
        assertThat(ports.listener(30001)).isSameAs(before);

        Tunnel after = opened(forwards.open(SECOND, ANN, PORT, CLIENT, new FakeUpstream()));
        done(forwards.close(before, older, CloseReason.LOST));

        assertThat(ports.listener(30001)).isSameAs(after);
        assertThat(older.closeReasons()).containsExactly(CloseReason.TAKEN_OVER);
    }

    @Test
    void givesTheNameBackWhenThePortIsInUse() {
        ports.occupy(30001);

        ForwardResult result = result(forwards.open(FIRST, ANN, PORT, CLIENT, new FakeUpstream()));

        assertThat(result).isEqualTo(new ForwardResult.Refused("port 30001 is in use"));
        assertThat(leases.holder(PORT)).isEmpty();
        assertThat(registry.all()).isEmpty();
    }

    @Test
    void refusesAPortOutsideThePoolWithoutAskingTheDatabase() {
        leases.postpone();

        assertThat(result(forwards.open(FIRST, ANN, new TcpBinding(22), CLIENT, new FakeUpstream())))
                .isInstanceOf(ForwardResult.Refused.class);
    }

    @Test
    void triesFurtherPortsWhenAnyWillDo() {
        ports.occupy(30001);
        leases.acquire(FIRST, BOB, new TcpBinding(30002), CLIENT);
        opened(forwards.openForSsh(ANN, new TcpBinding(30003), CLIENT, new FakeUpstream()));

        Tunnel tunnel = opened(
                new Forwards(registry, leases, new Hopping(ports)).openOnAnyPort(ANN, CLIENT, new FakeUpstream()));

        assertThat(tunnel.lease().binding()).isEqualTo(new TcpBinding(30004));
    }

    @Test
    void cutsEverySessionWithTheReason() {
        FakeUpstream one = new FakeUpstream();
        FakeUpstream two = new FakeUpstream();
        Tunnel tunnel = opened(forwards.open(FIRST, ANN, PORT, CLIENT, one));
        registry.join(tunnel.lease(), two);

        done(forwards.cut(tunnel, CloseReason.REVOKED));
        done(forwards.cut(tunnel, CloseReason.REVOKED));

        assertThat(one.closeReasons()).containsExactly(CloseReason.REVOKED);
        assertThat(two.closeReasons()).containsExactly(CloseReason.REVOKED);
        assertThat(leases.releases()).containsExactly("1 REVOKED");
        assertThat(ports.listener(30001)).isNull();
    }

    @Test
    void endsWithOneRouteAndOneLeaseWhenThreadsFightForAName() throws Exception {
        List<Thread> threads = IntStream.range(0, 4)
                .mapToObj(number -> Thread.ofPlatform().start(() -> {
                    TunnelId id = new TunnelId("01ARZ3NDEKTSV4RRFFQ69G5FB" + number);
                    for (int round = 0; round < 500; round++) {
                        FakeUpstream upstream = new FakeUpstream();
                        if (result(forwards.open(id, ANN, PORT, CLIENT, upstream))
                                instanceof ForwardResult.Opened(Tunnel tunnel)) {
                            done(forwards.close(tunnel, upstream, CloseReason.LOST));
                        }
                    }
                }))
                .toList();
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(registry.all()).isEmpty();
        assertThat(leases.holder(PORT)).isEmpty();
        assertThat(ports.listener(30001)).isNull();
    }

    @Test
    void goesOnWithANameAfterAFailure() {
        Leases broken = new BrokenLeases();
        Forwards failing = new Forwards(registry, broken, ports);

        assertThat(failing.open(FIRST, ANN, APP, CLIENT, new FakeUpstream()).toCompletableFuture())
                .isCompletedExceptionally();
        assertThat(failing.open(FIRST, ANN, APP, CLIENT, new FakeUpstream()).toCompletableFuture())
                .isCompletedExceptionally();
    }

    private static Tunnel opened(CompletionStage<ForwardResult> stage) {
        return ((ForwardResult.Opened) result(stage)).tunnel();
    }

    private static ForwardResult result(CompletionStage<ForwardResult> stage) {
        return stage.toCompletableFuture().join();
    }

    private static void done(CompletionStage<Void> stage) {
        stage.toCompletableFuture().join();
    }

    /** Offers one port after the other, as a random choice would. */
    private static final class Hopping implements PublicPorts {
        private final FakePorts ports;
        private int next = 30001;

        Hopping(FakePorts ports) {
            this.ports = ports;
        }

        @Override
        public boolean isInPool(int port) {
            return ports.isInPool(port);
        }

        @Override
        public java.util.OptionalInt anyFreePort() {
            return java.util.OptionalInt.of(next++);
        }

        @Override
        public CompletionStage<Boolean> listen(Tunnel tunnel, TcpBinding binding) {
            return ports.listen(tunnel, binding);
        }

        @Override
        public CompletionStage<Void> unlisten(Tunnel tunnel, TcpBinding binding) {
            return ports.unlisten(tunnel, binding);
        }
    }

    /** Fails at once, by exception and not by stage. */
    private static final class BrokenLeases implements Leases {
        @Override
        public CompletionStage<LeaseResult> acquire(TunnelId tunnelId, Owner owner, Binding binding, Client client) {
            throw new IllegalStateException("broken");
        }

        @Override
        public CompletionStage<LeaseResult> acquireForSsh(Owner owner, Binding binding, Client client) {
            throw new IllegalStateException("broken");
        }

        @Override
        public CompletionStage<Void> release(Tunnel tunnel, CloseReason reason) {
            throw new IllegalStateException("broken");
        }

        @Override
        public CompletionStage<java.util.Collection<Lease>> renew(java.util.Collection<Lease> leases) {
            throw new IllegalStateException("broken");
        }
    }
}
