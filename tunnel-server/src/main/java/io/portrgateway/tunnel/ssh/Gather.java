package io.portrgateway.tunnel.ssh;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOutboundBuffer;
import org.apache.sshd.common.util.buffer.Buffer;

/**
 * Puts what several small messages hold into one packet, so that a head and a body cost one packet and not two. Confined
 * to one event loop; keeps nothing between calls.
 */
final class Gather implements ChannelOutboundBuffer.MessageProcessor {

    private int leftBytes;
    private byte[] target = {};
    private int position;
    private boolean isCopying;

    /** How many payload bytes the next packet gets, at most {@code roomBytes}. */
    int measure(ChannelOutboundBuffer messages, int roomBytes) {
        isCopying = false;
        run(messages, roomBytes);
        return roomBytes - leftBytes;
    }

    /** Copies that many bytes to the packet's end; the messages stay as they are. */
    void copy(ChannelOutboundBuffer messages, Buffer packet, int payloadBytes) {
        isCopying = true;
        target = packet.array();
        position = packet.wpos();
        run(messages, payloadBytes);
        packet.wpos(position);
        target = new byte[0];
    }

    private void run(ChannelOutboundBuffer messages, int limitBytes) {
        leftBytes = limitBytes;
        try {
            messages.forEachFlushedMessage(this);
        } catch (Exception impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public boolean processMessage(Object message) {
        ByteBuf bytes = (ByteBuf) message;
        int lengthBytes = Math.min(leftBytes, bytes.readableBytes());
        if (isCopying) {
            bytes.getBytes(bytes.readerIndex(), target, position, lengthBytes);
            position += lengthBytes;
        }
        leftBytes -= lengthBytes;
        return leftBytes > 0;
    }
}
