package io.portrgateway.tunnel.ssh;

import io.portrgateway.tunnel.registry.ExchangeLine;
import java.util.Locale;

/**
 * The words and colours of the terminal. Whatever a visitor or a client made up is reduced to printable ASCII first, so
 * that no escape sequence, no line end and no text direction gets through. Immutable.
 */
record ConsoleText(boolean colours) {

    private static final int MAX_LENGTH = 160;

    private static final String BOLD = "1";
    private static final String DIM = "2";
    private static final String RED = "31";
    private static final String GREEN = "32";
    private static final String YELLOW = "33";
    private static final String CYAN = "36";

    /** Something to show. */
    sealed interface Line permits Live, Problem, Request, Note {}

    /** A tunnel is live under this URL. */
    record Live(String url) implements Line {}

    /** Something did not work, or ended. */
    record Problem(String sentence) implements Line {}

    /** A finished exchange. */
    record Request(ExchangeLine exchange) implements Line {}

    /** Words of our own. */
    record Note(String sentence) implements Line {}

    /** The line without its end. */
    String format(Line line) {
        return switch (line) {
            case Live(String url) -> paint(GREEN, "live") + "  " + paint(BOLD, printable(url));
            case Problem(String sentence) -> paint(RED, "note") + "  " + printable(sentence);
            case Request(ExchangeLine exchange) -> format(exchange);
            case Note(String sentence) -> paint(DIM, printable(sentence));
        };
    }

    /** Printable ASCII as it is, everything else as {@code \\xNN}, cut to a length that fits a line or two. */
    static String printable(String text) {
        StringBuilder safe = new StringBuilder(Math.min(text.length(), MAX_LENGTH) + 8);
        for (int i = 0; i < text.length() && safe.length() < MAX_LENGTH; i++) {
            char character = text.charAt(i);
            if (character >= ' ' && character <= '~') {
                safe.append(character);
            } else {
                safe.append(String.format(Locale.ROOT, "\\x%02x", (int) character));
            }
        }
        return text.length() > MAX_LENGTH ? safe.append("...").toString() : safe.toString();
    }

    private String format(ExchangeLine exchange) {
        int status = exchange.status();
        String shownStatus = status == 0 ? "---" : String.format(Locale.ROOT, "%3d", status);
        return paint(CYAN, printable(exchange.tunnelLabel()))
                + "  "
                + printable(exchange.what())
                + "  "
                + paint(colourOf(status), shownStatus)
                + "  "
                + paint(DIM, exchange.durationMillis() + " ms");
    }

    private static String colourOf(int status) {
        if (status >= 500) {
            return RED;
        }
        return status >= 400 ? YELLOW : GREEN;
    }

    private String paint(String code, String text) {
        return colours ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}
