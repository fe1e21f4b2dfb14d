package io.portrgateway.tunnel.ssh;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.portrgateway.tunnel.registry.UpstreamException;
import io.portrgateway.tunnel.registry.UpstreamException.Reason;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.sshd.common.SshConstants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Streams as Netty channels, against a client that notes each breach of the protocol. */
@Timeout(60)
class SshStreamChannelIT {

    private static final InetSocketAddress VISITOR = new InetSocketAddress("192.0.2.7", 50_123);

    private DataPathRig rig;
    private RawClient client;
    private SshUpstream upstream;

    @BeforeEach
    void start() throws Exception {
        rig = new DataPathRig(Map.of("PORTR_SSH_MAX_STREAMS", "3", "PORTR_SSH_OPEN_TIMEOUT", "300ms"));
        client = new RawClient(rig.sshPort());
        client.forward("0.0.0.0", 20_001);
        upstream = rig.nextForward();
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        rig.close();
        assertThat(client.violations()).isEmpty();
    }

    @Test
    void opensWithTheAddressTheClientAskedForAndTheVisitorsOwn() throws Exception {
        open();

        RawStream stream = client.nextStream();
        assertThat(stream.address()).isEqualTo("0.0.0.0");
        assertThat(stream.port()).isEqualTo(20_001);
        assertThat(stream.originator()).isEqualTo("192.0.2.7");
        assertThat(stream.originatorPort()).isEqualTo(50_123);
    }

    @Test
    void namesAVisitorWithoutZoneAndNeverWithPortZero() throws Exception {
        byte[] address = InetAddress.getByName("fe80::1").getAddress();
        opened(upstream.open(new InetSocketAddress(java.net.Inet6Address.getByAddress(null, address, 3), 0)));

        RawStream stream = client.nextStream();
        assertThat(stream.originator()).isEqualTo("fe80:0:0:0:0:0:0:1");
        assertThat(stream.originatorPort()).isEqualTo(1);
    }

    @Test
    void neverExceedsTheClientsWindowOrPacketSize() throws Exception {
        client.setLimits(70_001, 1_003);
        Channel channel = open();
        RawStream stream = client.nextStream();
        byte[] bytes = random(1 << 20);

        channel.write(Unpooled.wrappedBuffer(bytes, 0, 10));
        channel.write(Unpooled.EMPTY_BUFFER);
        channel.write(Unpooled.wrappedBuffer(bytes, 10, 500_000));
        Future<Void> written = channel.writeAndFlush(Unpooled.wrappedBuffer(bytes, 500_010, bytes.length - 500_010));
        await().until(() -> stream.received().length == 70_001);
        assertThat(channel.isWritable()).isFalse();
        Random random = new Random(5);
        while (stream.received().length < bytes.length) {
            stream.adjust(1 + random.nextInt(40_000));
        }

        written.get(10, TimeUnit.SECONDS);
        assertThat(stream.received()).isEqualTo(bytes);
        await().until(channel::isWritable);
    }

    @Test
    void putsSmallMessagesOfOneFlushIntoOnePacket() throws Exception {
        client.setLimits(1 << 20, 32 << 10);
        Channel channel = open();
        RawStream stream = client.nextStream();

        channel.eventLoop().execute(() -> {
            channel.write(Unpooled.copiedBuffer("head ", US_ASCII));
            channel.writeAndFlush(Unpooled.copiedBuffer("body", US_ASCII));
        });

        await().until(() -> stream.received().length > 0);
        assertThat(new String(stream.received(), US_ASCII)).isEqualTo("head body");
    }

    @Test
    void stopsTheClientWhileNobodyReadsAndLosesNothing() throws Exception {
        Channel channel = open();
        RawStream stream = client.nextStream();
        Reader reader = new Reader();
        channel.pipeline().addLast(reader);
        byte[] bytes = random(3 << 20);

        CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> send(stream, bytes));
        await().until(() -> stream.sendableBytes() == 0);
        assertThat(stream.adjustCount()).isZero();
        assertThat(reader.received.readableBytes()).isZero();
        channel.config().setAutoRead(true);

        sending.get(10, TimeUnit.SECONDS);
        await().until(() -> reader.received.readableBytes() == bytes.length);
        assertThat(reader.bytes()).isEqualTo(bytes);
    }

    @Test
    void deliversOneMessageForEachReadWhenAutoReadIsOff() throws Exception {
        Channel channel = open();
        RawStream stream = client.nextStream();
        Reader reader = new Reader();
        channel.pipeline().addLast(reader);
        stream.send(random(20_000));
        stream.send(random(20_000));
        await().until(() -> stream.sendableBytes() == stream.initialSendBytes() - 40_000);
        client.keepalive();

        channel.read();
        await().until(() -> reader.received.readableBytes() > 0);
        client.keepalive();

        assertThat(reader.received.readableBytes()).isEqualTo(20_000);
    }

    @Test
    void doesNotLetAStalledStreamHinderAnother() throws Exception {
        open();
        RawStream stalled = client.nextStream();
        stalled.send(random((int) stalled.initialSendBytes()));
        Channel channel = open();
        RawStream stream = client.nextStream();
        Reader reader = new Reader();
        channel.pipeline().addLast(reader);
        channel.config().setAutoRead(true);
        byte[] bytes = random(8 << 20);

        stream.send(bytes);

        await().until(() -> reader.received.readableBytes() == bytes.length);
        assertThat(reader.bytes()).isEqualTo(bytes);
        assertThat(stalled.adjustCount()).isZero();
    }

    @Test
    void tellsOfTheClientsEndAfterTheLastByteAndStillWrites() throws Exception {
        Channel channel = open();
        RawStream stream = client.nextStream();
        Reader reader = new Reader();
        channel.pipeline().addLast(reader);
        byte[] bytes = random(100_000);
        stream.send(bytes);
        stream.sendEof();
        client.keepalive();
        assertThat(reader.events).isEmpty();

        channel.config().setAutoRead(true);
        await().until(() -> reader.events.contains("input-shutdown"));
        assertThat(reader.bytes()).isEqualTo(bytes);
        assertThat(((DuplexChannel) channel).isInputShutdown()).isTrue();
        channel.writeAndFlush(Unpooled.wrappedBuffer(bytes)).get(10, TimeUnit.SECONDS);

        await().until(() -> stream.received().length == bytes.length);
        assertThat(channel.isActive()).isTrue();
    }

    @Test
    void sendsItsEndAfterTheLastByteAndStillReads() throws Exception {
        client.setLimits(1_000, 32 << 10);
        DuplexChannel channel = (DuplexChannel) open();
        RawStream stream = client.nextStream();
        Reader reader = new Reader();
        channel.pipeline().addLast(reader);
        channel.config().setAutoRead(true);
        byte[] bytes = random(5_000);

        channel.write(Unpooled.wrappedBuffer(bytes));
        Future<Void> shut = channel.shutdownOutput();
        await().until(() -> stream.received().length == 1_000);
        assertThat(shut.isDone()).isFalse();
        assertThatThrownBy(() ->
                        channel.writeAndFlush(Unpooled.wrappedBuffer(bytes)).get())
                .isInstanceOf(ExecutionException.class);
        stream.adjust(100_000);

        stream.awaitEof();
        shut.get(10, TimeUnit.SECONDS);
        assertThat(stream.received()).isEqualTo(bytes);
        stream.send(bytes);
        await().until(() -> reader.received.readableBytes() == bytes.length);
    }

    @Test
    void givesAllDataToTheReaderWhenTheClientClosesBehindIt() throws Exception {
        Channel channel = open();
        RawStream stream = client.nextStream();
        Reader reader = new Reader();
        channel.pipeline().addLast(reader);
        byte[] bytes = random(300_000);
        stream.send(bytes);
        stream.sendEof();
        stream.sendClose();
        stream.awaitClose();
        assertThat(channel.isActive()).isTrue();

        channel.config().setAutoRead(true);

        channel.closeFuture().get(10, TimeUnit.SECONDS);
        await().until(() -> reader.events.contains("inactive"));
        assertThat(reader.bytes()).isEqualTo(bytes);
        assertThat(reader.events).containsSubsequence("input-shutdown", "inactive");
    }

    @Test
    void isInactiveWhenTheClientClosedRightAfterAccepting() throws Exception {
        Channel channel = open();
        RawStream stream = client.nextStream();

        stream.sendClose();

        channel.closeFuture().get(10, TimeUnit.SECONDS);
        stream.awaitClose();
        assertThat(channel.isActive()).isFalse();
    }

    @Test
    void sendsNothingAfterItsCloseWhileTheClientSendsOn() throws Exception {
        Channel channel = open();
        RawStream stream = client.nextStream();
        Reader reader = new Reader();
        channel.pipeline().addLast(reader);
        channel.config().setAutoRead(true);
        stream.send(random(10_000));
        await().until(() -> reader.received.readableBytes() == 10_000);

        channel.close().get(10, TimeUnit.SECONDS);
        stream.awaitClose();
        byte[] late = random(30_000);
        for (int i = 0; i < 10; i++) {
            stream.sendUnchecked(late, 0, late.length);
        }
        stream.sendEof();
        stream.sendClose();
        client.keepalive();

        assertThat(stream.adjustCount()).isZero();
        assertThat(client.violations()).isEmpty();
        assertThat(client.session().isOpen()).isTrue();
    }

    @Test
    void endsTheSessionOfAClientThatSendsBeyondItsWindow() throws Exception {
        open();
        RawStream stream = client.nextStream();
        stream.send(random((int) stream.initialSendBytes()));

        stream.sendUnchecked(random(1), 0, 1);

        await().until(() -> !client.session().isOpen());
    }

    @Test
    void closesItsStreamsWhenTheSessionIsLost() throws Exception {
        Channel reading = open();
        reading.config().setAutoRead(true);
        Channel stalled = open();
        client.nextStream();
        client.nextStream().send(random(1_000));

        client.close();

        reading.closeFuture().get(10, TimeUnit.SECONDS);
        stalled.closeFuture().get(10, TimeUnit.SECONDS);
        assertThat(upstream.isOpen()).isFalse();
        assertThat(failureOf(upstream.open(VISITOR))).isEqualTo(Reason.CLOSED);
        await().until(() -> rig.dataPath().reservedWindowBytes() == 0);
    }

    @Test
    void asksAgainWhileTheClientDoesNotKnowItsForwardYet() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        client.setPolicy(stream -> asked.incrementAndGet() < 4 ? SshConstants.SSH_OPEN_ADMINISTRATIVELY_PROHIBITED : 0);

        Channel channel = open();

        assertThat(channel.isActive()).isTrue();
        assertThat(asked).hasValue(4);
    }

    @Test
    void takesNoForAnAnswerOnceTheForwardIsKnown() throws Exception {
        open();
        client.setPolicy(stream -> SshConstants.SSH_OPEN_ADMINISTRATIVELY_PROHIBITED);

        assertThat(failureOf(upstream.open(VISITOR))).isEqualTo(Reason.REFUSED);
    }

    @Test
    void takesAFailedConnectionForAnAnswer() throws Exception {
        client.setPolicy(stream -> SshConstants.SSH_OPEN_CONNECT_FAILED);

        assertThat(failureOf(upstream.open(VISITOR))).isEqualTo(Reason.REFUSED);
    }

    @Test
    void closesAStreamThatWasAcceptedTooLate() throws Exception {
        CompletableFuture<RawStream> unanswered = new CompletableFuture<>();
        client.setPolicy(stream -> {
            unanswered.complete(stream);
            return -1;
        });

        assertThat(failureOf(upstream.open(VISITOR))).isEqualTo(Reason.TIMEOUT);
        client.acceptLate(unanswered.get());

        unanswered.get().awaitClose();
    }

    @Test
    void refusesMoreStreamsThanItMayCarryUntilOneEnds() throws Exception {
        open();
        open();
        Channel third = open();
        client.nextStream();
        client.nextStream();
        RawStream stream = client.nextStream();

        assertThat(failureOf(upstream.open(VISITOR))).isEqualTo(Reason.LIMIT);
        third.close();
        stream.awaitClose();
        stream.sendClose();
        client.keepalive();

        assertThat(open().isActive()).isTrue();
    }

    @Test
    void closesTheStreamsOfAForwardThatEnds() throws Exception {
        Channel channel = open();

        upstream.eventLoop().execute(upstream::ended);

        channel.closeFuture().get(10, TimeUnit.SECONDS);
        assertThat(upstream.closeFuture().await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(upstream.isOpen()).isFalse();
        assertThat(client.session().isOpen()).isTrue();
    }

    private Channel open() throws Exception {
        return opened(upstream.open(VISITOR));
    }

    private static Channel opened(io.netty.util.concurrent.Future<Channel> opening) throws Exception {
        return opening.get(10, TimeUnit.SECONDS);
    }

    private static Reason failureOf(io.netty.util.concurrent.Future<Channel> opening) throws Exception {
        assertThat(opening.await(10, TimeUnit.SECONDS)).isTrue();
        return ((UpstreamException) opening.cause()).reason();
    }

    private static void send(RawStream stream, byte[] bytes) {
        try {
            stream.send(bytes);
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static final class Reader extends ChannelInboundHandlerAdapter {
        private final ByteBuf received = Unpooled.buffer();
        private final Queue<String> events = new ConcurrentLinkedQueue<>();

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            synchronized (received) {
                received.writeBytes(bytes);
            }
            bytes.release();
        }

        byte[] bytes() {
            synchronized (received) {
                byte[] bytes = new byte[received.readableBytes()];
                received.getBytes(0, bytes);
                return bytes;
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                events.add("input-shutdown");
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            events.add("inactive");
        }
    }
}
