package io.portrgateway.tunnel.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ReceiveWindowTest {

    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;
    private static final long MILLISECOND = 1_000_000;

    private final AtomicLong nanos = new AtomicLong();
    private final WindowBudget node = new WindowBudget(64 * MIB, null);
    private final WindowBudget session = new WindowBudget(20 * MIB, node);

    @Test
    void opensAgainByTheQuarterAndOnlyForWhatWasConsumed() {
        ReceiveWindow window = window(512 * KIB, 16 * MIB);

        assertThat(window.receive(512 * KIB)).isTrue();
        assertThat(window.receive(1)).isFalse();
        assertThat(window.consume(128 * KIB - 1)).isZero();
        assertThat(window.consume(1)).isEqualTo(128 * KIB);
        assertThat(window.receive(128 * KIB)).isTrue();
        assertThat(window.receive(1)).isFalse();
    }

    @Test
    void neverLetsTheClientSendMoreThanItsWindowAheadOfTheReader() {
        ReceiveWindow window = window(256 * KIB, 4 * MIB);
        Random random = new Random(3);
        long creditBytes = window.initialBytes();
        long unreadBytes = 0;

        for (int i = 0; i < 100_000; i++) {
            nanos.addAndGet(random.nextInt(100_000));
            int sent = (int) Math.min(creditBytes, random.nextInt(32 * KIB));
            assertThat(window.receive(sent)).isTrue();
            creditBytes -= sent;
            unreadBytes += sent;
            int read = (int) Math.min(unreadBytes, random.nextInt(40 * KIB));
            unreadBytes -= read;
            creditBytes += window.consume(read);

            assertThat(creditBytes + unreadBytes).isLessThanOrEqualTo(window.windowBytes());
            assertThat(window.unconsumedBytes()).isEqualTo(unreadBytes);
        }
    }

    @Test
    void growsOnALongPathUntilTheLimit() {
        ReceiveWindow window = window(512 * KIB, 16 * MIB);
        window.observeRoundTrip(50 * MILLISECOND);

        transfer(window, 50 * MILLISECOND, 12);

        assertThat(window.windowBytes()).isEqualTo(16 * MIB);
        assertThat(session.reservedBytes()).isEqualTo(16 * MIB);
    }

    @Test
    void staysSmallOnAShortPath() {
        ReceiveWindow window = window(512 * KIB, 16 * MIB);
        window.observeRoundTrip(MILLISECOND / 10);

        // The sender needs 10 ms for a window: the round trip of 0.1 ms is not what holds it back.
        transfer(window, 10 * MILLISECOND, 50);

        assertThat(window.windowBytes()).isEqualTo(512 * KIB);
    }

    @Test
    void doesNotGrowForASlowReader() {
        ReceiveWindow window = window(512 * KIB, 16 * MIB);
        window.observeRoundTrip(MILLISECOND);
        window.receive(512 * KIB);

        for (int i = 0; i < 100; i++) {
            nanos.addAndGet(100 * MILLISECOND);
            int adjusted = window.consume(128 * KIB);
            window.receive(adjusted);
        }

        assertThat(window.windowBytes()).isEqualTo(512 * KIB);
    }

    @Test
    void growsOnlyWithinTheBudgetOfTheSession() {
        ReceiveWindow greedy = window(4 * MIB, 16 * MIB);
        ReceiveWindow late = window(4 * MIB, 16 * MIB);
        greedy.observeRoundTrip(50 * MILLISECOND);
        late.observeRoundTrip(50 * MILLISECOND);

        transfer(greedy, 50 * MILLISECOND, 10);
        transfer(late, 50 * MILLISECOND, 10);

        assertThat(greedy.windowBytes()).isEqualTo(16 * MIB);
        assertThat(late.windowBytes()).isEqualTo(4 * MIB);
        assertThat(session.reservedBytes()).isEqualTo(20 * MIB);
    }

    @Test
    void startsWithTheLeastWhenTheBudgetIsUsedUp() {
        session.reserve(20 * MIB);

        ReceiveWindow window = window(512 * KIB, 16 * MIB);

        assertThat(window.initialBytes()).isEqualTo(ReceiveWindow.LEAST_BYTES);
    }

    @Test
    void givesTheBudgetBackWhenItCloses() {
        ReceiveWindow window = window(512 * KIB, 16 * MIB);
        window.observeRoundTrip(50 * MILLISECOND);
        transfer(window, 50 * MILLISECOND, 4);

        window.close();

        assertThat(session.reservedBytes()).isZero();
        assertThat(node.reservedBytes()).isZero();
    }

    private ReceiveWindow window(int initialBytes, int maxBytes) {
        return new ReceiveWindow(session, initialBytes, maxBytes, nanos::get);
    }

    /** A sender that fills the window, and sends on when it hears of the adjusts one round trip later. */
    private void transfer(ReceiveWindow window, long roundTripNanos, int rounds) {
        int creditBytes = window.initialBytes();
        for (int round = 0; round < rounds; round++) {
            int adjustedBytes = 0;
            while (creditBytes > 0) {
                int sent = Math.min(creditBytes, 32 * KIB);
                assertThat(window.receive(sent)).isTrue();
                creditBytes -= sent;
                adjustedBytes += window.consume(sent);
            }
            nanos.addAndGet(roundTripNanos);
            creditBytes = adjustedBytes;
        }
    }
}
