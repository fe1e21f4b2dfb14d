package io.portrgateway.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.tunnel.config.TcpConfig.PortRange;
import org.junit.jupiter.api.Test;

class OpenFilesTest {

    @Test
    void saysWhatToRaiseWhenTheWholePoolCannotBeOpen() {
        assertThat(OpenFiles.problem(new PortRange(30001, 40001), 20_000))
                .hasValueSatisfying(problem -> assertThat(problem)
                        .contains("open files allowed: 20000", "at least 21002", "10001 TCP tunnels", "ulimit -n"));
    }

    @Test
    void saysNothingWhenThereAreEnough() {
        assertThat(OpenFiles.problem(new PortRange(30001, 30100), 1_200)).isEmpty();
    }
}
