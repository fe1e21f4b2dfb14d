package io.portrgateway.admin.har;

import io.portrgateway.admin.team.Member;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Requests that a team keeps. Immutable.
 *
 * @param source the program that wrote the file they come from
 * @param createdBy the user; null when they are gone
 * @param creator their e-mail address
 */
record Collection(
        String id,
        String name,
        String source,
        @Nullable Long createdBy,
        String creator,
        int requestCount,
        long storedBytes,
        Instant createdAt) {

    /** Whoever made it may remove it, and the team's admins. */
    public boolean mayBeDeletedBy(Member member) {
        return member.mayAdministerTeam() || (createdBy != null && createdBy == member.userId());
    }

    /**
     * One request of it, as lists show it. Immutable.
     *
     * @param position from 1
     * @param url the beginning of it
     * @param status 0 when there was no answer
     */
    record Item(int position, Instant startedAt, String method, String url, int status, long durationMicros) {}
}
