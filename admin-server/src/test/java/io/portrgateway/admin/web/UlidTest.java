package io.portrgateway.admin.web;

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

    @Test
    void tellsItsTimeAgain() {
        // the example of the ULID specification
        assertThat(Ulid.time("01ARZ3NDEKTSV4RRFFQ69G5FAV")).contains(Instant.ofEpochMilli(1_469_922_850_259L));
        assertThat(Ulid.time(Ulid.at(Instant.ofEpochMilli(1_700_000_000_123L))))
                .contains(Instant.ofEpochMilli(1_700_000_000_123L));
        assertThat(Ulid.time("01ARZ3NDEKTSV4RRFFQ69G5FA")).isEmpty();
        assertThat(Ulid.time("81ARZ3NDEKTSV4RRFFQ69G5FAV")).isEmpty();
        assertThat(Ulid.time("01arz3ndektsv4rrffq69g5fav")).isEmpty();
        assertThat(Ulid.time("01ARZ3NDEKTSV4RRFFQ69G5FAU")).isEmpty();
    }
}
