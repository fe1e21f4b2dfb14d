package io.portrgateway.admin.detail;

import io.portrgateway.admin.exchange.Exchange;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where the time of an exchange went, ready to be drawn: places are parts of {@value #WIDTH}. Immutable.
 *
 * @param total in words
 * @param summary all of it in one sentence, for those who do not see it
 */
record Waterfall(List<Phase> phases, String total, String summary) {

    static final int WIDTH = 1000;

    /** Something is never drawn as nothing. */
    private static final int LEAST = 6;

    /**
     * One phase.
     *
     * @param kind the class of its bar
     * @param length in words
     */
    record Phase(String label, String kind, int x, int width, String length) {}

    static Waterfall of(Exchange exchange) {
        long all = Math.max(1, exchange.durationMicros());
        @Nullable Long queued = exchange.queuedMicros();
        @Nullable Long sent = exchange.requestMicros();
        @Nullable Long first = exchange.firstByteMicros();
        List<Phase> phases = new ArrayList<>();
        long started = queued == null ? 0 : queued;
        if (queued != null) {
            phases.add(phase("Waiting for the tunnel", "queued", 0, queued, all));
        }
        if (sent != null) {
            phases.add(phase("Sending the request", "sent", started, sent, all));
        }
        if (first != null) {
            // an answer may begin before the request has ended
            long asked = sent == null ? started : Math.min(sent, first);
            phases.add(phase("Waiting for the answer", "waited", Math.max(started, asked), first, all));
            phases.add(phase(
                    exchange.isOpen() ? "Receiving so far" : "Receiving the answer", "received", first, all, all));
        } else if (queued == null) {
            phases.add(phase("Waiting for the tunnel", "queued", 0, all, all));
        } else if (sent != null) {
            phases.add(phase("Waiting for the answer", "waited", sent, all, all));
        }
        StringBuilder summary = new StringBuilder("Timing: ");
        for (Phase phase : phases) {
            summary.append(phase.label().toLowerCase(Locale.ROOT))
                    .append(' ')
                    .append(phase.length())
                    .append("; ");
        }
        return new Waterfall(
                List.copyOf(phases),
                micros(exchange.durationMicros()),
                summary.append("in all ")
                        .append(micros(exchange.durationMicros()))
                        .append('.')
                        .toString());
    }

    private static Phase phase(String label, String kind, long from, long until, long all) {
        long start = Math.clamp(from, 0, all);
        long end = Math.clamp(until, start, all);
        int width = Math.max(LEAST, (int) Math.round((end - start) * (double) WIDTH / all));
        int x = Math.min(WIDTH - width, (int) Math.round(start * (double) WIDTH / all));
        return new Phase(label, kind, Math.max(0, x), width, micros(Math.max(0, until - from)));
    }

    /** {@code 0.3 ms}, {@code 12 ms}, {@code 1.24 s}, {@code 2 min 3 s}. */
    static String micros(long micros) {
        if (micros < 10_000) {
            return String.format(Locale.ROOT, "%.1f ms", micros / 1000.0);
        }
        if (micros < 1_000_000) {
            return Math.round(micros / 1000.0) + " ms";
        }
        if (micros < 60_000_000) {
            return String.format(Locale.ROOT, "%.2f s", micros / 1_000_000.0);
        }
        long seconds = micros / 1_000_000;
        return seconds < 3600
                ? seconds / 60 + " min " + seconds % 60 + " s"
                : seconds / 3600 + " h " + seconds % 3600 / 60 + " min";
    }
}
