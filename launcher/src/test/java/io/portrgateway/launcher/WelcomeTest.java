package io.portrgateway.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WelcomeTest {

    @Test
    void givesLinesReadyToPaste() {
        GatewaySettings settings = new GatewaySettings(
                Path.of("home"),
                Path.of("data"),
                InetAddress.getLoopbackAddress(),
                new Ports(8100, 8101, 2322, 8190, 8191),
                "gw.example",
                "me@example.org",
                Map.of());
        Bootstrap bootstrap = new Bootstrap(
                "http://gw.example:8100", "http://gw.example:8100/sign-in?x", "portr_key", "my-team", "me@example.org");

        assertThat(Welcome.text(settings, bootstrap).lines().map(String::strip))
                .contains(
                        "portr auth set --token portr_key --remote http://gw.example:8100",
                        "portr http 3000 --subdomain myapp",
                        "ssh -p 2322 -R myapp:80:localhost:3000 my-team@gw.example",
                        "Your service on port 3000 is then at  http://myapp.gw.example:8101");
    }
}
