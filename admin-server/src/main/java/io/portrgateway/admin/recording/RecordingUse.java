package io.portrgateway.admin.recording;

import java.time.LocalDate;
import java.util.List;

/** What is stored of a team's requests now, by the day (UTC) on which it was recorded, oldest first. Immutable. */
record RecordingUse(List<Day> days) {

    record Day(LocalDate day, long requestCount, long bytes) {}

    RecordingUse {
        days = List.copyOf(days);
    }

    public long bytes() {
        return days.stream().mapToLong(Day::bytes).sum();
    }

    public long requestCount() {
        return days.stream().mapToLong(Day::requestCount).sum();
    }
}
