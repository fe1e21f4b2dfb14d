package io.portrgateway.admin.stats;

import java.time.Duration;
import java.util.Locale;

/** How far back a chart looks, and into how many slots it divides that. */
public enum Range {
    DAY("24 h", "the last 24 hours", 48, Duration.ofMinutes(30)),
    WEEK("7 d", "the last 7 days", 56, Duration.ofHours(3));

    private final String label;
    private final String words;
    private final int slotCount;
    private final Duration slot;

    Range(String label, String words, int slotCount, Duration slot) {
        this.label = label;
        this.words = words;
        this.slotCount = slotCount;
        this.slot = slot;
    }

    /** What a link calls it; anything unknown is the day. */
    public static Range of(String key) {
        return key.equals(WEEK.key()) ? WEEK : DAY;
    }

    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    public String label() {
        return label;
    }

    /** For sentences: {@code the last 24 hours}. */
    public String words() {
        return words;
    }

    public int slotCount() {
        return slotCount;
    }

    public Duration slot() {
        return slot;
    }
}
