package io.portrgateway.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The guard against processes that outlive a killed launcher. */
@Timeout(60)
class GuardIT {

    private Process server;
    private Process database;

    @BeforeEach
    void start() throws Exception {
        server = new ProcessBuilder("sleep", "600").start();
        database = new ProcessBuilder("sleep", "600").start();
    }

    @AfterEach
    void end() {
        server.destroyForcibly();
        database.destroyForcibly();
    }

    @Test
    void endsWhatItWatchesWhenTheLauncherVanishes() throws Exception {
        Guard guard = Guard.start();
        guard.watchServer(server.pid());
        guard.watchDatabase(database.pid());

        guard.vanish();

        assertThat(server.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(database.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(guard.onExit().get(20, TimeUnit.SECONDS).exitValue()).isZero();
    }

    @Test
    void leavesEverythingAloneWhenTheLauncherEndsInOrder() throws Exception {
        Guard guard = Guard.start();
        guard.watchServer(server.pid());

        guard.close();

        assertThat(guard.onExit().get(20, TimeUnit.SECONDS).exitValue()).isZero();
        assertThat(server.isAlive()).isTrue();
    }
}
