package io.portrgateway.admin.team;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TeamSlugsTest {

    @ParameterizedTest
    @ValueSource(strings = {"api", "assets", "sign-in", "sign-out", "error", "account", "instance", "docs", "design"})
    void refusesTheFirstWordsOfOurOwnPages(String slug) {
        assertThat(TeamSlugs.isUsable(slug)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-a", "a-", "A", "a_b", "a/b", "ä"})
    void refusesWhatIsNoSlug(String slug) {
        assertThat(TeamSlugs.isUsable(slug)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"default-team", "a", "api2", "account-management"})
    void takesTheRest(String slug) {
        assertThat(TeamSlugs.isUsable(slug)).isTrue();
    }
}
