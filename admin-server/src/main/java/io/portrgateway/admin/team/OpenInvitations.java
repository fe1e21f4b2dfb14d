package io.portrgateway.admin.team;

import io.portrgateway.admin.account.Account;

/** What people without an account were promised, for other ways of signing in. Kept by the feature that invites. */
public interface OpenInvitations {

    /** Whether the owner of this verified e-mail address may make an account, because a team expects them. */
    boolean isInvited(String email);

    /** Lets a user just made join every team that expects them; within the caller's transaction. */
    void redeem(Account account, String address);
}
