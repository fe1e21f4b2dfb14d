package io.portrgateway.admin.account;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What an API token may be used for. A call needs each scope that its kind asks for; none includes another. */
public enum Scope {
    /** Calls that only read. */
    READ,
    /** Calls that change something. */
    WRITE,
    /** Calls that need the rights of a team admin or of a superuser. */
    ADMIN;

    /** The scope for its text, or nothing. */
    public static Optional<Scope> parse(String text) {
        return Arrays.stream(values())
                .filter(scope -> scope.text().equals(text))
                .findFirst();
    }

    /** Its text in API and database. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
