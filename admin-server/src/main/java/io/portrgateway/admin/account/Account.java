package io.portrgateway.admin.account;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** A user as other features see one. Immutable. Serializable, because Spring Security demands it of a principal. */
public record Account(
        long id,
        String email,
        @Nullable String firstName,
        @Nullable String lastName,
        boolean superuser) implements Serializable {

    Account withoutSuperuser() {
        return new Account(id, email, firstName, lastName, false);
    }
}
