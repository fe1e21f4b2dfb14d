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

    /** Whether the member runs their team: invites, removes, writes its template. */
    public boolean mayAdministerTeam() {
        return mayAdminister(teamId);
    }

    /** Whether the member may add people to the team with this id. */
    public boolean mayAdminister(long otherTeamId) {
        return superuser || (teamId == otherTeamId && role == Role.ADMIN);
    }

    /** Whether the member may change the other one's role, key or membership: superusers are left to superusers. */
    public boolean mayChange(Member other) {
        return teamId == other.teamId && mayAdministerTeam() && (superuser || !other.superuser);
    }

    /** The same member as one who may run nothing: for an API token that was not given the right to. */
    Member withoutRights() {
        return new Member(membershipId, userId, email, false, teamId, teamName, teamSlug, Role.MEMBER);
    }
}
