package io.portrgateway.admin.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.admin.settings.AdminSettings;
import io.portrgateway.admin.settings.Settings;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClientAddressesTest {

    private static ClientAddresses trusting(String proxies) {
        return new ClientAddresses(AdminSettings.read(new Settings(Map.of("PORTR_TRUSTED_PROXIES", proxies))));
    }

    @Test
    void believesNobodyByDefault() {
        assertThat(trusting(" ").of("10.0.0.1", List.of("1.2.3.4"))).isEqualTo("10.0.0.1");
    }

    @Test
    void walksBackOverTrustedProxiesOnly() {
        ClientAddresses addresses = trusting("10.0.0.0/8");

        assertThat(addresses.of("10.0.0.1", List.of("6.6.6.6, 1.2.3.4", "10.0.0.2")))
                .isEqualTo("1.2.3.4");
        assertThat(addresses.of("10.0.0.1", List.of())).isEqualTo("10.0.0.1");
        assertThat(addresses.of("9.9.9.9", List.of("1.2.3.4"))).isEqualTo("9.9.9.9");
    }

    @Test
    void stopsAtWhatIsNoAddress() {
        assertThat(trusting("10.0.0.0/8").of("10.0.0.1", List.of("1.2.3.4, unknown")))
                .isEqualTo("10.0.0.1");
    }
}
