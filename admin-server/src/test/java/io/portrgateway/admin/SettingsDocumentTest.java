package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * Holds {@code docs/settings-admin.md} to the code: the table between its markers is what the command {@code settings} prints.
 * {@code -Dsettings.write=true} writes it.
 */
class SettingsDocumentTest {

    private static final Path DOCUMENT = Path.of("..", "docs", "settings-admin.md");
    private static final String BEGIN = "<!-- settings:begin -->\n";
    private static final String END = "<!-- settings:end -->";

    @Test
    void documentShowsEverySettingAsTheCodeReadsIt() throws IOException {
        String document = Files.readString(DOCUMENT);
        String head = document.substring(0, document.indexOf(BEGIN) + BEGIN.length());
        String tail = document.substring(document.indexOf(END));
        String current = head + AdminServer.settingsTable() + tail;

        if (Boolean.getBoolean("settings.write")) {
            Files.writeString(DOCUMENT, current);
            return;
        }
        assertThat(document)
                .as("docs/settings-admin.md is not what the code reads; run this test with -Dsettings.write=true")
                .isEqualTo(current);
    }
}
