package io.portrgateway.tunnel.registry;

/**
 * The membership (a user in a team) that a session or a tunnel belongs to. Immutable.
 *
 * @param membershipId row id of the membership
 * @param teamId row id of its team
 * @param keyVersion the version of the secret key at log-in; a newer one in the database means that the key was rotated
 *     and that what was opened with the old one must be cut
 */
public record Owner(long membershipId, long teamId, int keyVersion) {

    /** Whether both belong to the same membership, whatever key they logged in with. */
    public boolean isSameMembership(Owner other) {
        return membershipId == other.membershipId;
    }
}
