package io.portrgateway.tunnel.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.sshd.common.cipher.BuiltinCiphers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What must go on while a session moves bulk data both ways. */
@Timeout(90)
class SessionUnderLoadIT {

    private static final InetSocketAddress VISITOR = new InetSocketAddress("192.0.2.7", 50_123);
    private static final int BULK_BYTES = 48 << 20;

    private DataPathRig rig;
    private RawClient client;

    @BeforeEach
    void start() throws Exception {
        rig = new DataPathRig(Map.of());
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        rig.close();
        assertThat(client.violations()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = BuiltinCiphers.class,
            names = {"aes128gcm", "aes256gcm"})
    void losesNothingInEitherDirectionWhileTheClientRekeys(BuiltinCiphers cipher) throws Exception {
        client = new RawClient(rig.sshPort(), cipher);
        Bulk bulk = new Bulk();

        CompletableFuture<Void> sending = bulk.start();
        int rekeyCount = 0;
        while (!sending.isDone() || bulk.stream.receivedBytes() < BULK_BYTES) {
            client.session().reExchangeKeys().verify(DataPathRig.PATIENCE);
            rekeyCount++;
        }

        sending.get(30, TimeUnit.SECONDS);
        bulk.awaitEnd();
        assertThat(rekeyCount).isPositive();
    }

    @Test
    void answersKeepalivesPromptly() throws Exception {
        client = new RawClient(rig.sshPort());
        Bulk bulk = new Bulk();

        CompletableFuture<Void> sending = bulk.start();
        Duration longest = Duration.ZERO;
        while (!sending.isDone() || bulk.stream.receivedBytes() < BULK_BYTES) {
            Duration taken = client.keepalive();
            longest = taken.compareTo(longest) > 0 ? taken : longest;
        }

        bulk.awaitEnd();
        assertThat(longest).isLessThan(Duration.ofSeconds(3));
    }

    /** One stream, both directions at once. */
    private final class Bulk {
        private final byte[] bytes = new byte[BULK_BYTES];
        private final Channel channel;
        private final RawStream stream;
        private final Comparison comparison = new Comparison();

        Bulk() throws Exception {
            new Random(11).nextBytes(bytes);
            client.forward("0.0.0.0", 20_001);
            channel = rig.nextForward().open(VISITOR).get(10, TimeUnit.SECONDS);
            stream = client.nextStream();
            stream.keepAdjusting();
            channel.pipeline().addLast(comparison);
            channel.config().setAutoRead(true);
        }

        /** The future is that of the client's sending. */
        CompletableFuture<Void> start() {
            channel.writeAndFlush(Unpooled.wrappedBuffer(bytes));
            return CompletableFuture.runAsync(() -> {
                try {
                    stream.send(bytes);
                } catch (Exception failed) {
                    throw new IllegalStateException(failed);
                }
            });
        }

        void awaitEnd() {
            await().atMost(DataPathRig.PATIENCE).until(() -> comparison.count.get() == BULK_BYTES);
            await().atMost(DataPathRig.PATIENCE).until(() -> stream.receivedBytes() == BULK_BYTES);
            assertThat(comparison.isEqual).isTrue();
            assertThat(stream.received()).isEqualTo(bytes);
        }

        private final class Comparison extends ChannelInboundHandlerAdapter {
            private final AtomicLong count = new AtomicLong();
            private volatile boolean isEqual = true;

            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                ByteBuf received = (ByteBuf) message;
                int offset = (int) count.get();
                int length = received.readableBytes();
                isEqual &= received.equals(Unpooled.wrappedBuffer(bytes, offset, length));
                received.release();
                count.addAndGet(length);
            }
        }
    }
}
