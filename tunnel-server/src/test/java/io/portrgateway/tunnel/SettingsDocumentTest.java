package io.portrgateway.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * Holds {@code docs/settings.md} to the code: the table between its markers is what {@code --settings} prints, no row
 * more and none less. {@code -Dsettings.write=true} writes it.
 */
class SettingsDocumentTest {

    private static final Path DOCUMENT = Path.of("..", "docs", "settings.md");
    private static final String BEGIN = "<!-- settings:begin -->\n";
    private static final String END = "<!-- settings:end -->";

    @Test
    void documentShowsEverySettingAsTheCodeReadsIt() throws IOException {
        String document = Files.readString(DOCUMENT);
        int begin = document.indexOf(BEGIN);
        int end = document.indexOf(END);
        assertThat(begin).as("marker " + BEGIN).isNotNegative();

        if (Boolean.getBoolean("settings.write")) {
            Files.writeString(
                    DOCUMENT,
                    document.substring(0, begin + BEGIN.length())
                            + CommandLine.settingsTable()
                            + document.substring(end));
            return;
        }
        assertThat(document.substring(begin + BEGIN.length(), end))
                .as("docs/settings.md is not what the code reads; run this test with -Dsettings.write=true")
                .isEqualTo(CommandLine.settingsTable());
    }
}
