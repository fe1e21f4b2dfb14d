package io.portrgateway.tunnel.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.tunnel.config.TcpConfig.PortRange;
import io.portrgateway.tunnel.kubernetes.PortPlan.Wishes;
import io.portrgateway.tunnel.kubernetes.Service.Port;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PortPlanTest {

    private static final PortRange POOL = new PortRange(30001, 40001);
    private static final Port SSH = new Port("ssh", 2222, "TCP");

    @Test
    void addsWhatIsOpenAndRemovesWhatWasReleased() {
        PortPlan plan =
                plan(List.of(SSH, ours(30001), ours(30002)), List.of(30002, 30003), Set.of(30001), Set.of(), 10);

        assertThat(plan.add()).containsExactly(30003);
        assertThat(plan.remove()).containsExactly(30001);
        assertThat(plan.presentCount()).isEqualTo(2);
        assertThat(plan.missingCount()).isZero();
    }

    @Test
    void changesNothingThatIsAsItShouldBe() {
        PortPlan plan = plan(List.of(SSH, ours(30001)), List.of(30001), Set.of(30009), Set.of(), 10);

        assertThat(plan.isEmpty()).isTrue();
    }

    @Test
    void leavesAPortOfNobodyUntilItIsKnownToBeLeftOver() {
        assertThat(plan(List.of(ours(30001)), List.of(), Set.of(), Set.of(), 10))
                .satisfies(plan -> assertThat(plan.isEmpty()).isTrue())
                .satisfies(plan -> assertThat(plan.strangers()).containsExactly(30001));
        assertThat(plan(List.of(ours(30001)), List.of(), Set.of(), Set.of(30001), 10)
                        .remove())
                .containsExactly(30001);
    }

    @Test
    void neverTouchesWhatIsNotItsOwn() {
        List<Port> foreign = List.of(
                SSH,
                new Port("tcp-443", 443, "TCP"),
                new Port("database", 30001, "TCP"),
                new Port("tcp-30002", 30002, "UDP"),
                new Port(null, 30003, "TCP"),
                new Port("tcp-30004", 30004, "TCP"),
                new Port("dns", 30004, "UDP"));
        Set<Integer> all = Set.of(443, 2222, 30001, 30002, 30003, 30004);

        assertThat(plan(foreign, List.of(), all, all, 10).isEmpty()).isTrue();
        assertThat(plan(foreign, List.of(30001, 30002, 30004), Set.of(), Set.of(), 10)
                        .isEmpty())
                .isTrue();
    }

    @Test
    void addsNoMoreThanThereIsRoomForTheOldestFirst() {
        PortPlan plan = plan(List.of(SSH, ours(30001)), List.of(30001, 30009, 30005, 30003), Set.of(), Set.of(), 3);

        assertThat(plan.add()).containsExactly(30009, 30005);
        assertThat(plan.missingCount()).isEqualTo(1);
        assertThat(plan.presentCount()).isEqualTo(3);
    }

    @Test
    void makesRoomByRemovingWhatNobodyUses() {
        PortPlan plan =
                plan(List.of(ours(30001), ours(30002), ours(30003)), List.of(30003, 30004), Set.of(), Set.of(), 3);

        assertThat(plan.add()).containsExactly(30004);
        assertThat(plan.remove()).containsExactly(30001);
        assertThat(plan.strangers()).containsExactly(30002);
    }

    @Test
    void readsAPortWithoutProtocolAsTcp() {
        assertThat(plan(List.of(new Port("tcp-30001", 30001, null)), List.of(), Set.of(30001), Set.of(), 3)
                        .remove())
                .containsExactly(30001);
    }

    private static Port ours(int port) {
        return new Port("tcp-" + port, port, "TCP");
    }

    private static PortPlan plan(
            List<Port> present, List<Integer> wanted, Set<Integer> released, Set<Integer> leftOver, int max) {
        return PortPlan.of(present, new Wishes(wanted, released, leftOver), POOL, max);
    }
}
