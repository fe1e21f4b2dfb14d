package io.portrgateway.admin.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class UlidTest {

    @Test
    void startsWithTheTimeOfTheSpecificationsExample() {
        assertThat(Ulid.at(Instant.ofEpochMilli(1_469_918_176_385L)))
                .startsWith("01ARYZ6S41")
                .matches("[0-9A-HJKMNP-TV-Z]{26}");
    }

    @Test
    void differsWithinAMillisecond() {
        Instant now = Instant.ofEpochMilli(0);

        assertThat(Ulid.at(now)).startsWith("0000000000").isNotEqualTo(Ulid.at(now));
    }
}
