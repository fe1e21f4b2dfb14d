package io.portrgateway.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {

    @TempDir
    Path parent;

    @Test
    void keepsASecretAndLetsOnlyItsOwnerReadIt() throws Exception {
        Path path = parent.resolve("data");
        String first;
        try (DataDirectory data = DataDirectory.open(path)) {
            first = data.secret("key");
        }

        try (DataDirectory data = DataDirectory.open(path)) {
            assertThat(data.secret("key")).isEqualTo(first).hasSizeGreaterThan(40);
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path.resolve("secrets/key"))))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rwx------");
    }

    @Test
    void refusesASecondGatewayInTheSameDirectory() throws Exception {
        Path path = parent.resolve("data");

        try (DataDirectory _ = DataDirectory.open(path)) {
            assertThatExceptionOfType(StartException.class)
                    .isThrownBy(() -> DataDirectory.open(path))
                    .withMessageContaining("in use by another gateway (process "
                            + ProcessHandle.current().pid());
        }
    }

    @Test
    void refusesADirectoryThatHoldsOtherFiles() throws IOException {
        Files.writeString(parent.resolve("thesis.txt"), "years of work");

        assertThatExceptionOfType(StartException.class)
                .isThrownBy(() -> DataDirectory.open(parent))
                .withMessageContaining("holds other files");
        assertThatExceptionOfType(StartException.class).isThrownBy(() -> DataDirectory.remove(parent));
        assertThat(parent.resolve("thesis.txt")).exists();
    }

    @Test
    void removesWhatItMadeAndNothingElse() throws Exception {
        Path path = parent.resolve("data");
        try (DataDirectory data = DataDirectory.open(path)) {
            data.secret("key");
            data.directory("logs");
        }
        Files.writeString(path.resolve("thesis.txt"), "years of work");

        assertThat(DataDirectory.remove(path)).isTrue();

        assertThat(path).isDirectoryNotContaining(file -> !file.endsWith("thesis.txt"));
        assertThat(path.resolve("thesis.txt")).exists();
    }

    @Test
    void removesTheDirectoryWhenNothingElseIsInIt() throws Exception {
        Path path = parent.resolve("data");
        DataDirectory.open(path).close();

        assertThat(DataDirectory.remove(path)).isTrue();
        assertThat(path).doesNotExist();
        assertThat(DataDirectory.remove(path)).isFalse();
    }

    @Test
    void removesLinksAndNotWhatTheyPointAt() throws Exception {
        Path outside = Files.createDirectory(parent.resolve("outside"));
        Files.writeString(outside.resolve("thesis.txt"), "years of work");
        Path path = parent.resolve("data");
        try (DataDirectory data = DataDirectory.open(path)) {
            Files.createSymbolicLink(data.directory("logs").resolve("link"), outside);
        }

        DataDirectory.remove(path);

        assertThat(outside.resolve("thesis.txt")).exists();
    }
}
