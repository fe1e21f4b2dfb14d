package io.portrgateway.tunnel.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StoreConfigTest {

    @ParameterizedTest
    @CsvSource({
        "postgres://u:p@db:5433/portr, jdbc:postgresql://db:5433/portr, u, p",
        "postgresql://u:p@db/portr?sslmode=require, jdbc:postgresql://db/portr?sslmode=require, u, p",
        "postgresql://u%40x:p%2F%40+%25@db/portr, jdbc:postgresql://db/portr, u@x, p/@+%",
        "postgresql://db/portr?user=u&password=p&connect_timeout=3, jdbc:postgresql://db/portr?connectTimeout=3, u, p",
        "postgresql://u:p@/portr, jdbc:postgresql://localhost/portr, u, p",
        "postgresql://u:p@[::1]:5432/portr, jdbc:postgresql://[::1]:5432/portr, u, p",
        "'postgresql://u:p@a:1,b:2/portr?target_session_attrs=primary',"
                + " 'jdbc:postgresql://a:1,b:2/portr?targetServerType=primary', u, p",
        "postgresql://u:p@db, jdbc:postgresql://db/u, u, p",
        "jdbc:postgresql://db:5432/portr?user=u&password=p&ssl=true, jdbc:postgresql://db:5432/portr?ssl=true, u, p",
        "jdbc:postgresql:portr?user=u&password=p, jdbc:postgresql:portr, u, p"
    })
    void readsTheUsualForms(String url, String jdbcUrl, String user, String password) {
        StoreConfig config = StoreConfig.read(new Settings(Map.of("PORTR_DB_URL", url)));

        assertThat(config.jdbcUrl()).isEqualTo(jdbcUrl);
        assertThat(config.user()).isEqualTo(user);
        assertThat(config.password().reveal()).isEqualTo(password);
        assertThat(config.toString()).doesNotContain("password=p");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sqlite:///data/hunter2.db",
                "mysql://u:hunter2@db/portr",
                "hunter2",
                "postgresql://u:hunter2@a@b/x"
            })
    void reportsAWrongAddressWithoutShowingIt(String url) {
        Settings settings = new Settings(Map.of("PORTR_DB_URL", url));

        StoreConfig.read(settings);

        assertThat(settings.problems())
                .singleElement()
                .asString()
                .startsWith("PORTR_DB_URL: ")
                .doesNotContain("hunter2");
    }

    @Test
    void reportsAMissingAddress() {
        Settings settings = new Settings(Map.of());

        StoreConfig.read(settings);

        assertThat(settings.problems()).singleElement().asString().contains("PORTR_DB_URL");
    }

    @Test
    void takesThePasswordFromAFile(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("password"), "from-file\n");
        StoreConfig config = StoreConfig.read(new Settings(
                Map.of("PORTR_DB_URL", "postgresql://u:in-url@db/portr", "PORTR_DB_PASSWORD_FILE", file.toString())));

        assertThat(config.password().reveal()).isEqualTo("from-file");
    }

    @Test
    void namesTheNodeAfterTheHostUnlessToldOtherwise() {
        Map<String, String> environment = Map.of("PORTR_DB_URL", "postgresql://db/portr");

        assertThat(StoreConfig.read(new Settings(environment)).nodeId()).isNotBlank();
        assertThat(StoreConfig.read(new Settings(
                                Map.of("PORTR_DB_URL", "postgresql://db/portr", "PORTR_NODE_ID", "node-7")))
                        .nodeId())
                .isEqualTo("node-7");
    }
}
