package io.portrgateway.admin.github;

import io.portrgateway.admin.account.Accounts;
import io.portrgateway.admin.account.GitHubLinks.Profile;
import io.portrgateway.admin.settings.GitHubSettings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** What GitHub tells about the person who gave a token: who they are, their addresses, organisations and teams. Thread-safe. */
final class GitHubPeople {

    private static final int PAGE_SIZE = 100;
    private static final int MAX_PAGES = 10;
    private static final int MAX_AVATAR_CHARS = 500;

    private final GitHubApi api;
    private final String noReplyHost;

    GitHubPeople(GitHubApi api, GitHubSettings settings) {
        this.api = api;
        this.noReplyHost = "@users.noreply." + settings.host().toLowerCase(Locale.ROOT);
    }

    /** The person, and the address they show to everybody, if any. */
    record Person(Profile profile, Optional<String> publicEmail) {}

    Person person(String token) {
        GitHubApi.Answer answer = api.asUser(token, "/user");
        JsonNode body = answer.body();
        Profile profile = new Profile(
                body.path("id").asLong(0),
                body.path("login").asString(""),
                avatar(body.path("avatar_url").asString("")));
        if (!answer.isOk() || profile.id() <= 0 || profile.login().isEmpty()) {
            throw GitHubFailure.USER_FETCH.exception();
        }
        return new Person(profile, Accounts.normalEmail(body.path("email").asString("")));
    }

    /**
     * The address by which the person is known here: the public one if GitHub verified it, else the verified primary one, else
     * any verified one. Addresses that GitHub made up to hide the real ones are none.
     */
    String verifiedEmail(String token, Person person) {
        GitHubApi.Answer answer = api.asUser(token, "/user/emails?per_page={size}", PAGE_SIZE);
        List<Email> emails = answer.isOk() ? emails(answer.body()) : List.of();
        if (emails.isEmpty()) {
            throw GitHubFailure.PRIVATE_EMAIL.exception();
        }
        List<Email> verified = emails.stream().filter(Email::verified).toList();
        Optional<String> shown = person.publicEmail()
                .filter(text ->
                        verified.stream().anyMatch(email -> email.address().equals(text)));
        return shown.or(() -> verified.stream()
                        .filter(Email::primary)
                        .map(Email::address)
                        .findFirst())
                .or(() -> verified.stream().map(Email::address).findFirst())
                .orElseThrow(GitHubFailure.UNVERIFIED_EMAIL::exception);
    }

    /** The organisations the person belongs to, in lower case; those that keep the OAuth app out are missing. */
    Set<String> organizations(String token) {
        Set<String> names = new HashSet<>();
        for (int page = 1; page <= MAX_PAGES; page++) {
            GitHubApi.Answer answer = api.asUser(token, "/user/orgs?per_page={size}&page={page}", PAGE_SIZE, page);
            if (!answer.isOk() || !answer.body().isArray()) {
                // the person did not allow it: then they are in none that we know of
                return names;
            }
            answer.body()
                    .forEach(one -> names.add(one.path("login").asString("").toLowerCase(Locale.ROOT)));
            if (answer.body().size() < PAGE_SIZE) {
                return names;
            }
        }
        return names;
    }

    /** Whether the person belongs to the team, or to a team below it; an invitation not accepted yet does not count. */
    boolean isInTeam(String token, Profile profile, String organization, String team) {
        GitHubApi.Answer answer = api.asUser(
                token, "/orgs/{organization}/teams/{team}/memberships/{login}", organization, team, profile.login());
        return answer.isOk() && answer.body().path("state").asString("").equals("active");
    }

    /** The login that this account has now; nothing when it is gone. */
    Optional<String> login(long gitHubId) {
        GitHubApi.Answer answer = api.asApp("/user/{id}", gitHubId);
        boolean same = answer.isOk() && answer.body().path("id").asLong(0) == gitHubId;
        return same
                ? Optional.of(answer.body().path("login").asString("")).filter(login -> !login.isEmpty())
                : Optional.empty();
    }

    /** The public keys of this login, one line each; nothing when GitHub does not tell. */
    Optional<List<String>> keys(String login) {
        GitHubApi.Answer answer = api.asApp("/users/{login}/keys?per_page={size}", login, PAGE_SIZE);
        if (!answer.isOk() || !answer.body().isArray()) {
            return Optional.empty();
        }
        List<String> lines = new ArrayList<>();
        answer.body().forEach(key -> lines.add(key.path("key").asString("")));
        return Optional.of(lines);
    }

    private record Email(String address, boolean verified, boolean primary) {}

    private List<Email> emails(JsonNode body) {
        List<Email> emails = new ArrayList<>();
        body.forEach(row -> Accounts.normalEmail(row.path("email").asString(""))
                .filter(address -> !address.endsWith(noReplyHost))
                .ifPresent(address -> emails.add(new Email(
                        address,
                        row.path("verified").asBoolean(false),
                        row.path("primary").asBoolean(false)))));
        return emails;
    }

    private static String avatar(String url) {
        return url.startsWith("https://") && url.length() <= MAX_AVATAR_CHARS ? url : "";
    }
}
