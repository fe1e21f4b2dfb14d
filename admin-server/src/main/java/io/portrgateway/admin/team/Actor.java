package io.portrgateway.admin.team;

import io.portrgateway.admin.account.Account;
import io.portrgateway.admin.audit.AuditTrail;

/** Who does something, and from where, as the audit trail writes it down. Immutable. */
public record Actor(long userId, String email, String address) {

    /** The user at this address. */
    public static Actor of(Account account, String address) {
        return new Actor(account.id(), account.email(), address);
    }

    /** The member at this address. */
    public static Actor of(Member member, String address) {
        return new Actor(member.userId(), member.email(), address);
    }

    /** An audit event of this actor. */
    public AuditTrail.Event event(String action) {
        return AuditTrail.Event.of(action).by(userId, email).from(address);
    }
}
