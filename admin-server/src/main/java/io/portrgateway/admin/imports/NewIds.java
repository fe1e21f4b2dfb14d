package io.portrgateway.admin.imports;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which row here a row of the old database became, or was found as. Confined to the thread of the command. */
final class NewIds {

    private final Map<Long, Long> users = new HashMap<>();
    private final Map<Long, Long> teams = new HashMap<>();
    private final Set<Long> newTeams = new HashSet<>();
    private final Map<Long, Place> memberships = new HashMap<>();

    /** A membership here, with its team. */
    record Place(long membershipId, long teamId) {}

    void user(long old, long here) {
        users.put(old, here);
    }

    void team(long old, long here, boolean isNew) {
        teams.put(old, here);
        if (isNew) {
            newTeams.add(old);
        }
    }

    void membership(long old, Place here) {
        memberships.put(old, here);
    }

    /** The user here, if it was brought over. */
    Optional<Long> user(long old) {
        return Optional.ofNullable(users.get(old));
    }

    Optional<Long> team(long old) {
        return Optional.ofNullable(teams.get(old));
    }

    /** Whether this import made the team. */
    boolean isNewTeam(long old) {
        return newTeams.contains(old);
    }

    Optional<Place> membership(long old) {
        return Optional.ofNullable(memberships.get(old));
    }
}
