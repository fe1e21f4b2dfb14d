package io.portrgateway.tunnel.transport;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WriteLimitTest {

    private static final int MIB = 1 << 20;
    private static final long SECOND = 1_000_000_000;

    private long nowNanos;

    @Test
    void startsSmallBecauseThePathIsNotKnown() {
        assertThat(new WriteLimit(MIB).highBytes()).isEqualTo(2 * WriteLimit.LEAST_BYTES);
    }

    @Test
    void growsToTheMostOnAFastPath() {
        WriteLimit limit = new WriteLimit(MIB);

        send(limit, 100 * MIB, 10);

        assertThat(limit.highBytes()).isEqualTo(MIB);
        assertThat(limit.lowBytes()).isEqualTo(MIB / 2);
    }

    @Test
    void holdsHalfASecondOfASlowPath() {
        WriteLimit limit = new WriteLimit(MIB);
        send(limit, 100 * MIB, 10);

        send(limit, 400 << 10, 10);

        assertThat(limit.highBytes()).isBetween(190 << 10, 210 << 10);
    }

    @Test
    void neverFallsBelowTheLeast() {
        WriteLimit limit = new WriteLimit(MIB);

        send(limit, 1_000, 10);

        assertThat(limit.highBytes()).isEqualTo(WriteLimit.LEAST_BYTES);
    }

    private void send(WriteLimit limit, int bytesPerSecond, int times) {
        for (int i = 0; i < times; i++) {
            limit.full(nowNanos);
            nowNanos += (limit.highBytes() - limit.lowBytes()) * SECOND / bytesPerSecond;
            limit.drained(nowNanos);
        }
    }
}
