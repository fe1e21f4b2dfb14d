package io.portrgateway.tunnel.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.tunnel.config.PublicUrls;
import io.portrgateway.tunnel.registry.Hostname;
import io.portrgateway.tunnel.registry.HttpBinding;
import io.portrgateway.tunnel.registry.TcpBinding;
import org.junit.jupiter.api.Test;

class ForwardTargetTest {

    private static final PublicUrls URLS = new PublicUrls("https", "tunnels.example");

    @Test
    void takesBindAddressForTheName() {
        for (String address : new String[] {"myapp", "MyApp", "myapp.tunnels.example", "MYAPP.Tunnels.Example"}) {
            for (int port : new int[] {0, 80, 443, 8080}) {
                assertThat(target(address, port))
                        .isEqualTo(new ForwardTarget.Named(new HttpBinding(new Hostname("myapp"))));
            }
        }
    }

    @Test
    void refusesWhatIsNoName() {
        for (String address :
                new String[] {"-a", "a.b", "127.0.0.1", "a_b", ".tunnels.example", "x.y.tunnels.example"}) {
            assertThat(target(address, 80)).isInstanceOf(ForwardTarget.Nothing.class);
        }
    }

    @Test
    void takesPortWithoutNameForTcp() {
        assertThat(target("localhost", 30123)).isEqualTo(new ForwardTarget.Named(new TcpBinding(30123)));
        assertThat(target("", 0)).isInstanceOf(ForwardTarget.AnyPort.class);
    }

    @Test
    void makesNameUpForHttpWithoutName() {
        assertThat(target("localhost", 80)).isInstanceOfSatisfying(ForwardTarget.Named.class, named -> {
            assertThat(named.binding())
                    .isInstanceOfSatisfying(
                            HttpBinding.class,
                            http -> assertThat(http.hostname().label()).matches("[a-z]{6}"));
        });
    }

    private static ForwardTarget target(String address, int port) {
        return ForwardTarget.ofSsh(new ForwardRequest(address, port), URLS);
    }
}
