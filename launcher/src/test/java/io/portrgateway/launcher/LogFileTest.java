package io.portrgateway.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFileTest {

    @TempDir
    Path directory;

    @Test
    void findsTheWrongSetting() throws IOException {
        assertThat(relevantLine("""
                starting
                PORTR_SSH_PORT: "x" (expected: a whole number from 0 to 65535)
                bye
                """)).isEqualTo("PORTR_SSH_PORT: \"x\" (expected: a whole number from 0 to 65535)");
    }

    @Test
    void findsSpringsOwnExplanation() throws IOException {
        assertThat(relevantLine("""
                Caused by: java.lang.IllegalStateException: noise
                APPLICATION FAILED TO START

                Description:

                Web server failed to start. Port 8000 was already in use.

                Action:
                """)).isEqualTo("Web server failed to start. Port 8000 was already in use.");
    }

    @Test
    void findsTheDeepestCause() throws IOException {
        assertThat(relevantLine("""
                12:00 ERROR it broke
                java.lang.IllegalStateException: it broke
                  at somewhere
                Caused by: java.net.ConnectException: Connection refused
                  ... 20 more
                """)).isEqualTo("Caused by: java.net.ConnectException: Connection refused");
    }

    @Test
    void fallsBackToTheLastLine() throws IOException {
        assertThat(relevantLine("one\ntwo\n\n")).isEqualTo("two");
        assertThat(relevantLine("")).isEqualTo("it wrote nothing");
    }

    private String relevantLine(String log) throws IOException {
        return LogFile.relevantLine(Files.writeString(directory.resolve("a.log"), log));
    }
}
