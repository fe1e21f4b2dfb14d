package io.portrgateway.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BootstrapTest {

    @TempDir
    Path directory;

    @Test
    void readsTheFileOfAdminServer() throws Exception {
        Path file = Files.writeString(directory.resolve("bootstrap.json"), """
                {"dashboard_url": "http:\\/\\/localhost:8000", "sign_in_url":"http://localhost:8000/x?a=1\\u0026b=2",
                 "secret_key" : "portr_abc", "team_slug": "default-team", "email": "a\\"b@example.org"}
                """);

        assertThat(Bootstrap.read(file))
                .isEqualTo(new Bootstrap(
                        "http://localhost:8000",
                        "http://localhost:8000/x?a=1&b=2",
                        "portr_abc",
                        "default-team",
                        "a\"b@example.org"));
    }

    @Test
    void saysWhichValueIsAbsent() throws Exception {
        Path file = Files.writeString(directory.resolve("bootstrap.json"), "{\"dashboard_url\": \"http://x\"}");

        assertThatExceptionOfType(StartException.class)
                .isThrownBy(() -> Bootstrap.read(file))
                .withMessageContaining("sign_in_url");
    }

    @Test
    void hidesTheKeyWhenPrinted() {
        assertThat(new Bootstrap("a", "b", "portr_secret", "d", "e")).hasToString("Bootstrap[hidden]");
    }
}
