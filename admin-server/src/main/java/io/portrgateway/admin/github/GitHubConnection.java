package io.portrgateway.admin.github;

import io.portrgateway.admin.settings.AdminSettings;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** GitHub, where it is configured. Thread-safe. */
@Component
final class GitHubConnection {

    private final Optional<GitHubPeople> people;

    GitHubConnection(AdminSettings settings) {
        this.people = settings.github().map(github -> new GitHubPeople(new GitHubApi(github), github));
    }

    Optional<GitHubPeople> people() {
        return people;
    }
}
