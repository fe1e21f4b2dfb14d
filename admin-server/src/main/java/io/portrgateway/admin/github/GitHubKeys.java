package io.portrgateway.admin.github;

import io.portrgateway.admin.account.GitHubLinks;
import io.portrgateway.admin.web.Outcome;
import io.portrgateway.admin.web.Refusal;
import java.util.List;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Service;

/** The public SSH keys that a user has on GitHub. Thread-safe. */
@Service
public class GitHubKeys {

    private final GitHubConnection connection;
    private final GitHubLinks links;

    GitHubKeys(GitHubConnection connection, GitHubLinks links) {
        this.connection = connection;
        this.links = links;
    }

    /** Whether there is anywhere to get keys from: GitHub is configured, and the user has an account there. */
    public boolean areThere(long userId) {
        return connection.people().isPresent() && links.of(userId).isPresent();
    }

    /**
     * The keys, one line each. The login is asked for by the account's number first: the one we know may belong to somebody else
     * by now, whose keys must not open anything here.
     */
    public Outcome<List<String>> of(long userId) {
        Optional<GitHubLinks.Link> link = links.of(userId);
        if (connection.people().isEmpty() || link.isEmpty()) {
            return Outcome.refused(
                    Refusal.conflict("", "Sign in with GitHub once, so that we know your account there."));
        }
        GitHubPeople people = connection.people().get();
        try {
            return people.login(link.get().gitHubId())
                    .flatMap(people::keys)
                    .map(Outcome::done)
                    .orElseGet(() -> Outcome.refused(new Refusal(
                            HttpStatus.BAD_GATEWAY,
                            "",
                            "GitHub does not tell which keys you have. Paste them instead.")));
        } catch (GitHubFailure.Refused unreachable) {
            return Outcome.refused(new Refusal(
                    HttpStatus.BAD_GATEWAY, "", "GitHub cannot be reached at the moment. Try again shortly."));
        }
    }
}
