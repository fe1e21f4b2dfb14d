package io.portrgateway.admin.github;

import io.portrgateway.admin.web.ClientAddresses;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.security.oauth2.client.userinfo.OAuth2UserRequest;
import org.springframework.security.oauth2.client.userinfo.OAuth2UserService;
import org.springframework.security.oauth2.core.user.OAuth2User;
import org.springframework.transaction.TransactionException;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/** Turns a fresh access token into a user of ours; the token is not kept. Thread-safe. */
final class GitHubUsers implements OAuth2UserService<OAuth2UserRequest, OAuth2User> {

    private static final Logger log = LoggerFactory.getLogger(GitHubUsers.class);

    private final GitHubConnection connection;
    private final GitHubSignIn signIn;
    private final ClientAddresses addresses;

    GitHubUsers(GitHubConnection connection, GitHubSignIn signIn, ClientAddresses addresses) {
        this.connection = connection;
        this.signIn = signIn;
        this.addresses = addresses;
    }

    @Override
    public OAuth2User loadUser(OAuth2UserRequest request) {
        GitHubPeople people = connection.people().orElseThrow();
        try {
            return new GitHubUser(signIn.decide(people, request.getAccessToken().getTokenValue(), address()));
        } catch (DataAccessException | TransactionException failure) {
            log.warn("github_sign_in_failed reason={} cause={}", GitHubFailure.DATABASE.code(), failure.getMessage());
            throw GitHubFailure.DATABASE.exception();
        }
    }

    /** Spring Security's interface has no place for the request. */
    private String address() {
        return RequestContextHolder.currentRequestAttributes() instanceof ServletRequestAttributes servlet
                ? addresses.of(servlet.getRequest())
                : "";
    }
}
