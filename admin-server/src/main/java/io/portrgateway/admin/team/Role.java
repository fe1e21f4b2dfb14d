package io.portrgateway.admin.team;

import java.util.Locale;
import java.util.Optional;

/** What a member may do in a team. */
public enum Role {
    ADMIN,
    MEMBER;

    /** The role for its text in the API, or nothing. */
    public static Optional<Role> parse(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "admin" -> Optional.of(ADMIN);
            case "member" -> Optional.of(MEMBER);
            default -> Optional.empty();
        };
    }

    /** Its text in API and database. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
