package io.portrgateway.tunnel.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.portrgateway.tunnel.config.TcpConfig.ServiceHeader;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * Writes the PROXY protocol header that tells the service who the visitor is (HAProxy's proxy-protocol.txt, sections 2.1
 * and 2.2).
 */
final class ProxyHeader {

    private static final byte[] V2_SIGNATURE = {0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a};
    private static final int V2_PROXY_COMMAND = 0x21;
    private static final int V2_TCP_OVER_IPV4 = 0x11;
    private static final int V2_TCP_OVER_IPV6 = 0x21;
    private static final int PORTS_BYTE_COUNT = 4;
    private static final int IPV4_BYTE_COUNT = 4;
    private static final int IPV6_BYTE_COUNT = 16;
    private static final int MAX_BYTE_COUNT = 128;

    private ProxyHeader() {}

    /** The header; empty when it is off. The caller owns the buffer. */
    static ByteBuf encode(
            ServiceHeader version, InetSocketAddress visitor, InetSocketAddress gateway, ByteBufAllocator allocator) {
        ByteBuf header = allocator.buffer(MAX_BYTE_COUNT);
        switch (version) {
            case OFF -> {}
            case V1 -> writeV1(header, visitor, gateway);
            case V2 -> writeV2(header, visitor, gateway);
        }
        return header;
    }

    private static void writeV1(ByteBuf header, InetSocketAddress visitor, InetSocketAddress gateway) {
        boolean ipv4 = bothIpv4(visitor, gateway);
        String line = "PROXY %s %s %s %d %d\r\n"
                .formatted(
                        ipv4 ? "TCP4" : "TCP6",
                        text(visitor.getAddress(), ipv4),
                        text(gateway.getAddress(), ipv4),
                        visitor.getPort(),
                        gateway.getPort());
        header.writeCharSequence(line, StandardCharsets.US_ASCII);
    }

    private static void writeV2(ByteBuf header, InetSocketAddress visitor, InetSocketAddress gateway) {
        boolean ipv4 = bothIpv4(visitor, gateway);
        int addressByteCount = ipv4 ? IPV4_BYTE_COUNT : IPV6_BYTE_COUNT;
        header.writeBytes(V2_SIGNATURE);
        header.writeByte(V2_PROXY_COMMAND);
        header.writeByte(ipv4 ? V2_TCP_OVER_IPV4 : V2_TCP_OVER_IPV6);
        header.writeShort(2 * addressByteCount + PORTS_BYTE_COUNT);
        header.writeBytes(bytes(visitor.getAddress(), ipv4));
        header.writeBytes(bytes(gateway.getAddress(), ipv4));
        header.writeShort(visitor.getPort());
        header.writeShort(gateway.getPort());
    }

    /** A header has room for one IP version only; with two different ones both are written as IPv6. */
    private static boolean bothIpv4(InetSocketAddress visitor, InetSocketAddress gateway) {
        return visitor.getAddress() instanceof Inet4Address && gateway.getAddress() instanceof Inet4Address;
    }

    private static String text(InetAddress address, boolean ipv4) {
        if (ipv4 || address instanceof Inet6Address) {
            String text = address.getHostAddress();
            int zone = text.indexOf('%');
            return zone < 0 ? text : text.substring(0, zone);
        }
        return "::ffff:" + address.getHostAddress();
    }

    private static byte[] bytes(InetAddress address, boolean ipv4) {
        byte[] plain = address.getAddress();
        if (ipv4 || plain.length == IPV6_BYTE_COUNT) {
            return plain;
        }
        byte[] mapped = new byte[IPV6_BYTE_COUNT];
        mapped[10] = (byte) 0xff;
        mapped[11] = (byte) 0xff;
        System.arraycopy(plain, 0, mapped, IPV6_BYTE_COUNT - IPV4_BYTE_COUNT, IPV4_BYTE_COUNT);
        return mapped;
    }
}
