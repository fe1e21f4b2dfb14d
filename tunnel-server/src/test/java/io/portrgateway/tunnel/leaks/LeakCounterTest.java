package io.portrgateway.tunnel.leaks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LeakCounterTest {

    private int leaksBefore;

    @AfterEach
    void forgiveThePlantedLeak() {
        LeakCounter.leaks().removeIf(leak -> leak.contains("LeakCounterTest.leak"));
    }

    @Test
    void noticesABufferThatNobodyReleased() {
        leaksBefore = LeakCounter.leaks().size();

        leak();

        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            LeakExtension.provokeReports();
            assertThat(LeakCounter.leaks()).hasSizeGreaterThan(leaksBefore);
        });
        assertThat(LeakCounter.leaks()).anySatisfy(leak -> assertThat(leak).contains("LeakCounterTest.leak"));
    }

    private static void leak() {
        ByteBufAllocator.DEFAULT.directBuffer(16).writeInt(1);
    }
}
