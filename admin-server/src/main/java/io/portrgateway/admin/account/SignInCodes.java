package io.portrgateway.admin.account;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The sentences for {@code ?code=}, by which a sign-in that failed elsewhere says why (portr-protocol 6.2). */
final class SignInCodes {

    private static final String UNKNOWN = "Signing in did not work. Try again.";

    private static final Map<String, String> SENTENCES = Map.ofEntries(
            Map.entry("github-disabled", "Signing in with GitHub is switched off on this gateway."),
            Map.entry("github-denied", "GitHub was not allowed to tell us who you are. Try again and press Authorize."),
            Map.entry("github-unreachable", "GitHub cannot be reached at the moment. Try again shortly."),
            Map.entry(
                    "github-misconfigured",
                    "GitHub does not accept this gateway's OAuth app. Tell an administrator: its client id, secret and callback"
                            + " address must match."),
            Map.entry(
                    "github-account-linked",
                    "The account with your e-mail address belongs to another GitHub account. Sign in with that one, or unlink it"
                            + " on your account page first."),
            Map.entry("invalid-session", "The sign-in took too long or was started in another browser. Try again."),
            Map.entry("invalid-state", "The sign-in was started somewhere else, or was used already. Try again."),
            Map.entry("no-code", "GitHub sent no answer that we could use. Try again."),
            Map.entry("token-exchange-failed", "GitHub did not confirm the sign-in. Try again."),
            Map.entry("user-fetch-failed", "GitHub did not tell us who you are. Try again shortly."),
            Map.entry(
                    "private-email",
                    "Your GitHub account shows no e-mail address. Verify one in your GitHub settings, then try again."),
            Map.entry(
                    "email-verification-failed",
                    "GitHub has no verified e-mail address for you. Verify one there, then try again."),
            Map.entry(
                    "auto-signup-disabled",
                    "You have no account on this gateway. Ask one of its administrators to invite you."),
            Map.entry(
                    "auto-signup-domain-denied",
                    "Accounts for your e-mail domain are not made here by themselves. Ask an administrator to invite you."),
            Map.entry(
                    "auto-signup-denied",
                    "Neither your e-mail domain nor one of your GitHub organisations or teams has access here. Ask an"
                            + " administrator to invite you."),
            Map.entry(
                    "auto-signup-team-missing",
                    "The team you would join does not exist any more. Tell an administrator of this gateway."),
            Map.entry(
                    "auto-signup-unavailable",
                    "Accounts cannot be made at the moment. Ask an administrator to invite you."),
            Map.entry("user-not-found", "You have no account on this gateway. Ask an administrator to invite you."),
            Map.entry("too-many-attempts", "Too many attempts. Try again in a minute."),
            Map.entry("database-error", "The gateway could not finish the sign-in. Try again in a moment."),
            Map.entry("session-creation-failed", "The gateway could not finish the sign-in. Try again in a moment."));

    private SignInCodes() {}

    /** The sentence for a code; null for no code. What we do not know is never shown as it came. */
    static @Nullable String sentence(@Nullable String code) {
        return code == null ? null : SENTENCES.getOrDefault(code, UNKNOWN);
    }
}
