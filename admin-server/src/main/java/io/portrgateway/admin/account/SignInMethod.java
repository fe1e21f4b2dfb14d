package io.portrgateway.admin.account;

import java.util.Locale;

/** By what somebody signs in. */
public enum SignInMethod {
    LINK("one-time link"),
    PASSWORD("password"),
    GITHUB("GitHub"),
    INVITATION("invitation");

    private final String label;

    SignInMethod(String label) {
        this.label = label;
    }

    /** For people. */
    public String label() {
        return label;
    }

    /** For meters. */
    String tag() {
        return name().toLowerCase(Locale.ROOT);
    }
}
