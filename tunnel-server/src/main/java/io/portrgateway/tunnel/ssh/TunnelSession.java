package io.portrgateway.tunnel.ssh;

import io.netty.buffer.ByteBuf;
import io.portrgateway.tunnel.transport.NettyIoSession;
import org.apache.sshd.common.io.IoSession;
import org.apache.sshd.server.ServerFactoryManager;
import org.apache.sshd.server.session.ServerSessionImpl;
import org.apache.sshd.server.session.SessionFactory;

/**
 * MINA's server session that also tells the socket where its packets end. Only reads MINA's decoder state, never changes
 * it. Confined to its event loop.
 */
class TunnelSession extends ServerSessionImpl {

    private static final int MAX_PACKET_BYTES = 256 << 10;

    TunnelSession(ServerFactoryManager server, NettyIoSession socket) throws Exception {
        super(server, socket);
        socket.setPacketProgress(this::wantedBytes);
    }

    static SessionFactory factory(ServerFactoryManager server) {
        return new SessionFactory(server) {
            @Override
            protected ServerSessionImpl doCreateSession(IoSession socket) throws Exception {
                return new TunnelSession(server, (NettyIoSession) socket);
            }
        };
    }

    private int wantedBytes(ByteBuf received) {
        if (clientVersion == null || serverVersion == null) {
            return Integer.MAX_VALUE;
        }
        int tagBytes = inCipher == null ? 0 : inCipher.getAuthenticationTagSize();
        int macBytes = inMac == null ? 0 : inMacSize;
        boolean isLengthPlain = tagBytes > 0 || (inMac != null && inMac.isEncryptThenMac());
        int haveBytes = decoderBuffer.available();
        if (decoderState != 0) {
            return Math.max(1, decoderLength + macBytes + tagBytes - haveBytes);
        }
        if (isLengthPlain && haveBytes == 0 && received.readableBytes() >= Integer.BYTES) {
            int lengthBytes = received.getInt(received.readerIndex());
            if (lengthBytes > 0 && lengthBytes <= MAX_PACKET_BYTES) {
                return Integer.BYTES + lengthBytes + macBytes + tagBytes;
            }
        }
        // The decoder looks at the length once it has one byte more than it needs for it.
        int headBytes = isLengthPlain ? Integer.BYTES : inCipherSize;
        return Math.max(1, headBytes + 1 - haveBytes);
    }
}
