package io.portrgateway.tunnel.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WriteQueueTest {

    private static final int LARGE_BYTES = 32 << 10;

    private final EmbeddedChannel socket = new EmbeddedChannel();
    private final AtomicInteger drainedCount = new AtomicInteger();
    private final WriteQueue queue = new WriteQueue(socket, drainedCount::incrementAndGet);

    @AfterEach
    void closesTheSocket() {
        socket.finishAndReleaseAll();
    }

    @Test
    void sendsManySmallPacketsAsOneChunk() {
        queue.add(packet(1, 10), true);
        queue.add(packet(2, 20), true);

        queue.drain();

        ByteBuf chunk = socket.readOutbound();
        assertThat(chunk.readableBytes()).isEqualTo(30);
        assertThat(socket.outboundMessages()).isEmpty();
        assertThat(queue.waitingBytes()).isZero();
        chunk.release();
    }

    @Test
    void pushesOnlyAFullChunkBeforeTheBatchEnds() {
        queue.add(packet(1, LARGE_BYTES), true);
        queue.pushFullChunk();
        assertThat(socket.outboundMessages()).isEmpty();

        for (int i = 2; i <= 4; i++) {
            queue.add(packet(i, LARGE_BYTES), true);
        }
        queue.pushFullChunk();

        ByteBuf chunk = socket.readOutbound();
        assertThat(chunk.readableBytes()).isEqualTo(4 * LARGE_BYTES);
        assertThat(drainedCount).hasValue(0);
        chunk.release();
    }

    @Test
    void tellsTheListenerAtTheEndOfTheBatchWhenAllWasPushedBefore() {
        for (int i = 0; i < 4; i++) {
            queue.add(packet(i, LARGE_BYTES), true);
        }
        queue.pushFullChunk();

        queue.drain();

        assertThat(drainedCount).hasValue(1);
    }

    @Test
    void keepsTheOrderWhenArraysAreUsedAgain() {
        List<Byte> sent = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            queue.add(packet(i, LARGE_BYTES), true);
            queue.pushFullChunk();
        }
        queue.drain();

        ByteBuf all = Unpooled.buffer();
        for (ByteBuf chunk = socket.readOutbound(); chunk != null; chunk = socket.readOutbound()) {
            all.writeBytes(chunk);
            chunk.release();
        }
        for (int i = 0; i < 40; i++) {
            sent.add(all.getByte(i * LARGE_BYTES));
            assertThat(all.getByte(i * LARGE_BYTES + LARGE_BYTES - 1)).isEqualTo((byte) i);
        }
        assertThat(all.readableBytes()).isEqualTo(40 * LARGE_BYTES);
        assertThat(sent).doesNotHaveDuplicates();
        all.release();
    }

    @Test
    void givesAnArrayToOnlyOnePacketAtATimeEvenWhenReleasedTwice() {
        PacketBuffer first = PacketBuffer.take();
        byte[] array = first.array();
        first.release();
        first.release();

        assertThat(PacketBuffer.take().array()).isSameAs(array);
        assertThat(PacketBuffer.take().array()).isNotSameAs(array);
    }

    private static PacketWrite packet(int value, int lengthBytes) {
        Buffer buffer = lengthBytes < LARGE_BYTES ? new ByteArrayBuffer(lengthBytes) : PacketBuffer.take();
        for (int i = 0; i < lengthBytes; i++) {
            buffer.putByte((byte) value);
        }
        return new PacketWrite(buffer);
    }
}
