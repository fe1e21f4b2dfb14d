package io.portrgateway.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseTest {

    @ParameterizedTest
    @ValueSource(strings = {"mysql://u:hush@host/db", "postgres://", "postgres://u:hush@host", "host/db", "a b"})
    void refusesOtherTextsWithoutRepeatingThem(String url) {
        assertThatExceptionOfType(StartException.class)
                .isThrownBy(() -> Database.external(url))
                .withMessageStartingWith("PORTR_DB_URL: ")
                .withMessageNotContaining("hush");
    }

    @Test
    @Timeout(20)
    void saysInOneLineThatNobodyAnswers() throws Exception {
        int port;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = taken.getLocalPort();
        }
        Database database = Database.external("postgres://me:hush@127.0.0.1:" + port + "/db");

        assertThatExceptionOfType(StartException.class)
                .isThrownBy(database::requireReachable)
                .withMessageContaining("database 127.0.0.1:" + port + "/db (PORTR_DB_URL) cannot be used")
                .withMessageNotContaining("hush")
                .withMessageNotContaining("\n");
    }

    @Test
    void usesOneRoleForEverythingInADatabaseOfTheUsers() throws Exception {
        Database database = Database.external("postgresql://me:secret@db.example:5433/portr?sslmode=require");

        assertThat(database.adminRole()).isEqualTo("me");
        assertThat(database.tunnelRole()).isEqualTo("me");
        assertThat(database).hasToString("Database[hidden]");
    }
}
