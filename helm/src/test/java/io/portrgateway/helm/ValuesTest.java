package io.portrgateway.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/**
 * values.yaml, its schema and the README's table say the same. {@code -Dtest=ValuesTest -Dvalues.write=true} writes the latter
 * two anew.
 */
class ValuesTest {

    private static final boolean WRITE = Boolean.getBoolean("values.write");

    private final ValuesFile values = ValuesFile.read();

    @Test
    void everyValueIsDocumented() {
        assertThat(values.entries())
                .allSatisfy(entry -> assertThat(entry.documentation())
                        .as(entry.dotted())
                        .isNotBlank()
                        .endsWith("."));
    }

    @Test
    void theSchemaIsMadeFromTheValues() throws IOException {
        String expected = ValuesSchema.of(values);
        if (WRITE) {
            Files.writeString(ValuesSchema.PATH, expected);
        }

        assertThat(Files.readString(ValuesSchema.PATH)).isEqualTo(expected);
    }

    @Test
    void theTableInTheReadmeIsMadeFromTheValues() throws IOException {
        String readme = Files.readString(ValuesTable.PATH);
        String expected = ValuesTable.into(readme, values);
        if (WRITE) {
            Files.writeString(ValuesTable.PATH, expected);
        }

        assertThat(Files.readString(ValuesTable.PATH)).isEqualTo(expected);
    }
}
