package io.portrgateway.admin.signup;

import io.portrgateway.admin.team.Role;
import org.jspecify.annotations.Nullable;

/** Lets people of one kind make an account, and says which team they join and as what. */
public sealed interface SignUpRule {

    long id();

    long teamId();

    String teamName();

    String teamSlug();

    Role role();

    /** Those whose verified e-mail address is of exactly this domain. */
    record ByDomain(long id, String domain, long teamId, String teamName, String teamSlug, Role role)
            implements SignUpRule {}

    /** Those in this organisation on GitHub, or in one team of it. */
    record ByGitHub(
            long id,
            String organization,
            @Nullable String gitHubTeam,
            long teamId,
            String teamName,
            String teamSlug,
            Role role)
            implements SignUpRule {

        /** {@code organisation}, or {@code organisation/team}. */
        public String label() {
            return gitHubTeam == null ? organization : organization + "/" + gitHubTeam;
        }
    }
}
