package io.portrgateway.tunnel.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.tunnel.registry.ExchangeLine;
import org.junit.jupiter.api.Test;

class ConsoleTextTest {

    private final ConsoleText plain = new ConsoleText(false);

    @Test
    void showsMethodPathStatusAndMilliseconds() {
        assertThat(plain.format(new ConsoleText.Request(new ExchangeLine("app", "GET /a/b", 404, 7))))
                .isEqualTo("app  GET /a/b  404  7 ms");
        assertThat(plain.format(new ConsoleText.Request(new ExchangeLine("app", "GET /", 0, 7))))
                .contains("---");
    }

    @Test
    void coloursOnlyWhenAskedTo() {
        ConsoleText.Line line = new ConsoleText.Live("https://app.example");

        assertThat(plain.format(line)).isEqualTo("live  https://app.example");
        assertThat(new ConsoleText(true).format(line)).contains("\u001b[32mlive\u001b[0m");
    }

    @Test
    void letsNothingThroughThatATerminalCouldObey() {
        StringBuilder everything = new StringBuilder();
        for (char character = 0; character < 0x3000; character++) {
            everything.append(character);
        }

        for (int i = 0; i < everything.length(); i += 20) {
            String shown = ConsoleText.printable(everything.substring(i, Math.min(i + 20, everything.length())));
            assertThat(shown.chars()).allMatch(character -> character >= ' ' && character <= '~');
        }
    }

    @Test
    void cutsLongTexts() {
        assertThat(ConsoleText.printable("x".repeat(10_000)))
                .hasSizeLessThan(200)
                .endsWith("...");
    }
}
