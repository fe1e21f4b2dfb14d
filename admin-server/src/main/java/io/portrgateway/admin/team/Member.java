package io.portrgateway.admin.team;

/** A user in a team, as other features see one. Immutable. */
public record Member(
        long membershipId,
        long userId,
        String email,
        boolean superuser,
        long teamId,
        String teamName,
        String teamSlug,
        Role role) {

    /** Whether the member may add people to the team with this id. */
    boolean mayAdminister(long otherTeamId) {
        return superuser || (teamId == otherTeamId && role == Role.ADMIN);
    }
}
