package io.portrgateway.admin.account;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** A user as other features see one. Immutable. Serializable, because it is what a session keeps. */
public record Account(
        long id,
        String email,
        @Nullable String firstName,
        @Nullable String lastName,
        boolean superuser) implements Serializable {}
