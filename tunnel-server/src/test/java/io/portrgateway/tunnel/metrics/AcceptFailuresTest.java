package io.portrgateway.tunnel.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class AcceptFailuresTest {

    @Test
    void countsAFailureAndKeepsTheListenerOpen() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        EmbeddedChannel listener = new EmbeddedChannel(new AcceptFailures(registry, "ssh"));

        listener.pipeline().fireExceptionCaught(new IOException("Too many open files"));

        listener.checkException();
        assertThat(listener.isOpen()).isTrue();
        assertThat(registry.counter("portr.accept.failures", "edge", "ssh").count())
                .isEqualTo(1);
        listener.finishAndReleaseAll();
    }
}
