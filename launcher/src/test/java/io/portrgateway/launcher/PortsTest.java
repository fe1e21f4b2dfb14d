package io.portrgateway.launcher;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import org.junit.jupiter.api.Test;

class PortsTest {

    @Test
    void refusesOneNumberForTwoUses() {
        assertThatExceptionOfType(StartException.class)
                .isThrownBy(() -> new Ports(8000, 8001, 8000, 8090, 8091).requireValid())
                .withMessageContaining("all different");
    }

    @Test
    void refusesNumbersThatAreNoPorts() {
        assertThatExceptionOfType(StartException.class)
                .isThrownBy(() -> new Ports(8000, 8001, 70_000, 8090, 8091).requireValid())
                .withMessageContaining("70000 (expected: 1-65535)");
        assertThatNoException().isThrownBy(() -> new Ports(8000, 8001, 2222, 8090, 8091).requireValid());
    }
}
