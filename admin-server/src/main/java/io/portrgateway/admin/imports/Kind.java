package io.portrgateway.admin.imports;

import java.util.Locale;

/** What a database holds that is brought over, in the order in which it is. */
public enum Kind {
    USERS("users"),
    GITHUB_ACCOUNTS("GitHub accounts"),
    TEAMS("teams"),
    CLIENT_TEMPLATES("client templates"),
    MEMBERSHIPS("memberships"),
    RESERVED_NAMES("reserved names"),
    SIGN_UP_SETTINGS("auto sign-up"),
    SIGN_UP_DOMAINS("auto sign-up domains"),
    CONNECTIONS("connections");

    private final String words;

    Kind(String words) {
        this.words = words;
    }

    /** For people. */
    public String words() {
        return words;
    }

    /** For the JSON report. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
