package io.portrgateway.admin.member;

import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/** A line of a team's list of members. Immutable. */
record MemberRow(
        long id,
        long userId,
        String email,
        @Nullable String firstName,
        @Nullable String lastName,
        boolean superuser,
        @Nullable String avatarUrl,
        String role,
        OffsetDateTime createdAt,
        long liveTunnelCount,
        long reservedCount,
        @Nullable OffsetDateTime lastActiveAt) {

    /** First and last name, as far as they are known. */
    public String name() {
        String first = firstName == null ? "" : firstName;
        String last = lastName == null ? "" : lastName;
        return (first + " " + last).strip();
    }
}
