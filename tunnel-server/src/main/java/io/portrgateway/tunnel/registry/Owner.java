package io.portrgateway.tunnel.registry;

import org.jspecify.annotations.Nullable;

/**
 * The membership (a user in a team) that a session or a tunnel belongs to, and by what it logged in. Immutable.
 *
 * @param membershipId row id of the membership
 * @param teamId row id of its team
 * @param keyVersion the version of the secret key at log-in; a newer one in the database means that the key was rotated
 *     and that what was opened with the old one must be cut
 * @param publicKey the fingerprint of the SSH public key that was proven at log-in; null for a log-in by secret key. When
 *     the key is removed, what was opened with it must be cut
 */
public record Owner(
        long membershipId,
        long teamId,
        int keyVersion,
        @Nullable String publicKey) {

    /** An owner known by the secret key. */
    public Owner(long membershipId, long teamId, int keyVersion) {
        this(membershipId, teamId, keyVersion, null);
    }

    /** Whether both belong to the same membership, whatever key they logged in with. */
    public boolean isSameMembership(Owner other) {
        return membershipId == other.membershipId;
    }
}
