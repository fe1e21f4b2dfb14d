package io.portrgateway.tunnel.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RelayHandlerTest {

    private final EmbeddedChannel visitor = new EmbeddedChannel();
    private final EmbeddedChannel upstream = new EmbeddedChannel();
    private final Heard heard = new Heard();

    @AfterEach
    void releaseWhatIsLeft() {
        visitor.finishAndReleaseAll();
        upstream.finishAndReleaseAll();
    }

    @Test
    void movesBytesBothWaysAndCountsThem() {
        couple(Duration.ZERO);

        visitor.writeInbound(bytes("ping"));
        upstream.writeInbound(bytes("answer"));

        assertThat(text(upstream.readOutbound())).isEqualTo("ping");
        assertThat(text(visitor.readOutbound())).isEqualTo("answer");
        assertThat(heard.toUpstreamCount).isEqualTo(4);
        assertThat(heard.toVisitorCount).isEqualTo(6);
    }

    @Test
    void flushesOncePerReadBatch() {
        couple(Duration.ZERO);

        visitor.writeOneInbound(bytes("a"));
        visitor.writeOneInbound(bytes("b"));
        assertThat(upstream.outboundMessages()).isEmpty();
        visitor.flushInbound();

        assertThat(text(upstream.readOutbound())).isEqualTo("a");
        assertThat(text(upstream.readOutbound())).isEqualTo("b");
    }

    @Test
    void stopsReadingWhileTheOtherSideIsNotWritable() {
        upstream.config().setOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(4, 8));
        couple(Duration.ZERO);

        visitor.writeOneInbound(bytes("more than the mark"));
        assertThat(visitor.config().isAutoRead()).isFalse();
        visitor.flushInbound();

        assertThat(visitor.config().isAutoRead()).isTrue();
        assertThat(text(upstream.readOutbound())).isEqualTo("more than the mark");
    }

    @Test
    void closesTheServiceStreamAfterTheVisitorLeft() {
        couple(Duration.ZERO);

        visitor.writeInbound(bytes("last"));
        visitor.close();
        visitor.runPendingTasks();
        upstream.runPendingTasks();

        assertThat(text(upstream.readOutbound())).isEqualTo("last");
        assertThat(upstream.isOpen()).isFalse();
        assertThat(heard.ends).containsExactly(RelayEnd.VISITOR_CLOSED);
    }

    @Test
    void resetsTheVisitorWhenTheServiceStreamFails() {
        couple(Duration.ZERO);

        upstream.pipeline().fireExceptionCaught(new IOException("session lost"));

        assertThat(visitor.isOpen()).isFalse();
        assertThat(heard.ends).containsExactly(RelayEnd.UPSTREAM_FAILED);
    }

    @Test
    void dropsWhatArrivesAfterTheOtherSideHasGone() {
        couple(Duration.ZERO);
        upstream.close();

        ByteBuf late = bytes("late");
        if (visitor.isOpen()) {
            visitor.writeInbound(late);
            assertThat(late.refCnt()).isZero();
        } else {
            late.release();
        }
    }

    @Test
    void endsAfterTheIdleLimitCountedFromTheLastByte() {
        visitor.freezeTime();
        upstream.freezeTime();
        couple(Duration.ofSeconds(10));

        advance(9);
        upstream.writeInbound(bytes("x"));
        advance(9);
        assertThat(visitor.isOpen()).isTrue();
        advance(2);
        visitor.runPendingTasks();

        assertThat(visitor.isOpen()).isFalse();
        assertThat(upstream.isOpen()).isFalse();
        assertThat(heard.ends).containsExactly(RelayEnd.IDLE);
    }

    @Test
    void passesAnEndThatWasReachedBeforeTheStart() {
        Coupling coupling = Coupling.couple(visitor, upstream, RelayLimits.withIdle(Duration.ZERO), heard);
        visitor.close();
        coupling.start();
        upstream.runPendingTasks();

        assertThat(upstream.isOpen()).isFalse();
        assertThat(heard.ends).hasSize(1);
    }

    @Test
    void closesAChannelThatCannotBeHalfClosedWhenTheOtherSideEnds() {
        couple(Duration.ZERO);

        upstream.writeInbound(bytes("bye"));
        upstream.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        visitor.runPendingTasks();

        assertThat(text(visitor.readOutbound())).isEqualTo("bye");
        assertThat(visitor.isOpen()).isFalse();
    }

    private void couple(Duration idle) {
        Coupling.couple(visitor, upstream, RelayLimits.withIdle(idle), heard).start();
    }

    private void advance(long seconds) {
        upstream.advanceTimeBy(seconds, TimeUnit.SECONDS);
        visitor.advanceTimeBy(seconds, TimeUnit.SECONDS);
        visitor.runScheduledPendingTasks();
        upstream.runScheduledPendingTasks();
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
    }

    private static String text(Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            return bytes.toString(StandardCharsets.US_ASCII);
        } finally {
            bytes.release();
        }
    }

    private static final class Heard implements RelayListener {
        private final List<RelayEnd> ends = new ArrayList<>();
        private int toVisitorCount;
        private int toUpstreamCount;

        @Override
        public void toVisitor(ByteBuf bytes) {
            toVisitorCount += bytes.readableBytes();
        }

        @Override
        public void toUpstream(ByteBuf bytes) {
            toUpstreamCount += bytes.readableBytes();
        }

        @Override
        public void ended(RelayEnd end) {
            ends.add(end);
        }
    }
}
