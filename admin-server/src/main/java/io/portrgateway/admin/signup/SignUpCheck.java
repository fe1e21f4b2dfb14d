package io.portrgateway.admin.signup;

import io.portrgateway.admin.signup.SignUpRules.Wish;
import io.portrgateway.admin.web.Refusal;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Which texts make a rule, and which rules make sense together. */
final class SignUpCheck {

    private static final Pattern DOMAIN =
            Pattern.compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*");
    private static final Pattern ORGANIZATION = Pattern.compile("[a-z0-9][a-z0-9_-]{0,99}");
    private static final Pattern TEAM = Pattern.compile("[a-z0-9_.-]{1,100}");
    private static final int MAX_DOMAIN_CHARS = 253;

    private SignUpCheck() {}

    /** Lower case, without {@code @} before and dot behind it. */
    static String normalDomain(String text) {
        String lower = text.strip().toLowerCase(Locale.ROOT);
        String bare = lower.startsWith("@") ? lower.substring(1) : lower;
        return bare.endsWith(".") ? bare.substring(0, bare.length() - 1) : bare;
    }

    /** Lower case, without {@code @} before it. */
    static String normalName(String text) {
        String lower = text.strip().toLowerCase(Locale.ROOT);
        return lower.startsWith("@") ? lower.substring(1) : lower;
    }

    static Optional<Refusal> problem(Wish wish, boolean gitHub) {
        return domains(wish).or(() -> organizations(wish)).or(() -> together(wish, gitHub));
    }

    private static Optional<Refusal> domains(Wish wish) {
        Set<String> seen = new HashSet<>();
        for (Wish.Domain rule : wish.domains()) {
            String domain = rule.domain();
            if (domain.length() > MAX_DOMAIN_CHARS || !DOMAIN.matcher(domain).matches()) {
                return refusal("domain", "“" + shown(domain) + "” is not a domain. Write it like example.com.");
            }
            if (!seen.add(domain)) {
                return refusal("domain", "There are two rules for " + domain + ". A domain leads to one team.");
            }
        }
        return Optional.empty();
    }

    private static Optional<Refusal> organizations(Wish wish) {
        Set<String> seen = new HashSet<>();
        for (Wish.GitHub rule : wish.gitHub()) {
            if (!ORGANIZATION.matcher(rule.organization()).matches()) {
                return refusal(
                        "organization",
                        "“" + shown(rule.organization())
                                + "” is not an organisation on GitHub. Write its name as in its address there.");
            }
            if (rule.team().filter(team -> !TEAM.matcher(team).matches()).isPresent()) {
                return refusal(
                        "github_team",
                        "“" + shown(rule.team().get())
                                + "” is not the name of a GitHub team. Write it as in its address there, such as platform-team.");
            }
            String label =
                    rule.organization() + rule.team().map(team -> "/" + team).orElse("");
            if (!seen.add(label)) {
                return refusal("organization", "There are two rules for " + label + ". It leads to one team.");
            }
        }
        return Optional.empty();
    }

    private static Optional<Refusal> together(Wish wish, boolean gitHub) {
        if (wish.domains().size() > SignUpRules.MAX_RULES || wish.gitHub().size() > SignUpRules.MAX_RULES) {
            return refusal("domain", "That is too much: at most " + SignUpRules.MAX_RULES + " rules of a kind.");
        }
        if (wish.enabled() && !gitHub) {
            return refusal("enabled", "Signing up needs GitHub sign-in, which is not configured on this gateway.");
        }
        if (wish.enabled() && wish.domains().isEmpty() && wish.gitHub().isEmpty()) {
            return refusal("enabled", "Add a rule first: without one, nobody could sign up.");
        }
        return Optional.empty();
    }

    private static Optional<Refusal> refusal(String field, String message) {
        return Optional.of(Refusal.invalid(field, message));
    }

    private static String shown(String text) {
        return text.length() > 80 ? text.substring(0, 80) + "…" : text;
    }
}
