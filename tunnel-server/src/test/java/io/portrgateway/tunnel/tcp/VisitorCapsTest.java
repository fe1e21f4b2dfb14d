package io.portrgateway.tunnel.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;

class VisitorCapsTest {

    private final VisitorCaps caps = new VisitorCaps(3, 2);

    @Test
    void refusesMoreThanTheTotal() {
        for (int i = 0; i < 3; i++) {
            assertThat(caps.tryEnter()).isTrue();
        }
        assertThat(caps.tryEnter()).isFalse();

        caps.leave();

        assertThat(caps.tryEnter()).isTrue();
    }

    @Test
    void countsEachAddressForItself() {
        assertThat(caps.tryEnter(address("192.0.2.1"))).isTrue();
        assertThat(caps.tryEnter(address("192.0.2.1"))).isTrue();
        assertThat(caps.tryEnter(address("192.0.2.1"))).isFalse();
        assertThat(caps.tryEnter(address("192.0.2.2"))).isTrue();

        caps.leave(address("192.0.2.1"));

        assertThat(caps.tryEnter(address("192.0.2.1"))).isTrue();
    }

    @Test
    void countsAnIpv6NetworkAsOneVisitor() {
        assertThat(caps.tryEnter(address("2001:db8:1:2::1"))).isTrue();
        assertThat(caps.tryEnter(address("2001:db8:1:2:ffff::2"))).isTrue();
        assertThat(caps.tryEnter(address("2001:db8:1:2::3"))).isFalse();
        assertThat(caps.tryEnter(address("2001:db8:1:3::1"))).isTrue();
    }

    private static InetAddress address(String text) {
        return InetAddress.ofLiteral(text);
    }
}
