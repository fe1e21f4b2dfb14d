package io.portrgateway.tunnel.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.portrgateway.tunnel.config.TcpConfig.ServiceHeader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProxyHeaderTest {

    @ParameterizedTest
    @CsvSource({
        "V1, 203.0.113.9, 192.0.2.1, 203.0.113.9, 192.0.2.1",
        "V2, 203.0.113.9, 192.0.2.1, 203.0.113.9, 192.0.2.1",
        "V1, 2001:db8::9, 2001:db8::1, 2001:db8:0:0:0:0:0:9, 2001:db8:0:0:0:0:0:1",
        "V2, 2001:db8::9, 2001:db8::1, 2001:db8:0:0:0:0:0:9, 2001:db8:0:0:0:0:0:1",
        "V2, 203.0.113.9, 2001:db8::1, 0:0:0:0:0:ffff:cb00:7109, 2001:db8:0:0:0:0:0:1",
    })
    void isReadBackByADecoder(ServiceHeader version, String visitor, String gateway, String source, String target) {
        EmbeddedChannel decoder = new EmbeddedChannel(new HAProxyMessageDecoder());
        decoder.writeInbound(encode(version, visitor, gateway));

        HAProxyMessage read = decoder.readInbound();
        assertThat(read.sourceAddress()).isEqualTo(source);
        assertThat(read.destinationAddress()).isEqualTo(target);
        assertThat(read.sourcePort()).isEqualTo(40000);
        assertThat(read.destinationPort()).isEqualTo(30001);
        read.release();
        decoder.finishAndReleaseAll();
    }

    @Test
    void writesBothAddressesAsIpv6WhenTheyDiffer() {
        ByteBuf header = encode(ServiceHeader.V1, "203.0.113.9", "2001:db8::1");

        assertThat(header.toString(StandardCharsets.US_ASCII))
                .isEqualTo("PROXY TCP6 ::ffff:203.0.113.9 2001:db8:0:0:0:0:0:1 40000 30001\r\n");
        header.release();
    }

    @Test
    void isEmptyWhenOff() {
        ByteBuf header = encode(ServiceHeader.OFF, "203.0.113.9", "192.0.2.1");

        assertThat(header.isReadable()).isFalse();
        header.release();
    }

    private static ByteBuf encode(ServiceHeader version, String visitor, String gateway) {
        return ProxyHeader.encode(
                version,
                new InetSocketAddress(InetAddress.ofLiteral(visitor), 40000),
                new InetSocketAddress(InetAddress.ofLiteral(gateway), 30001),
                UnpooledByteBufAllocator.DEFAULT);
    }
}
