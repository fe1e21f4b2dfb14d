package io.portrgateway.admin.profile;

import io.portrgateway.admin.account.ApiTokens;
import io.portrgateway.admin.account.Scope;
import io.portrgateway.admin.web.Outcome;
import io.portrgateway.admin.web.Refusal;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A token as somebody asks for it, unchecked. Immutable.
 *
 * @param days until it expires; 0 for never
 */
record TokenForm(String name, List<String> scopes, int days) {

    TokenForm {
        scopes = List.copyOf(scopes);
    }

    Outcome<ApiTokens.Wish> check() {
        String plain = name.strip();
        if (plain.isEmpty() || plain.length() > ApiTokens.MAX_NAME_CHARS) {
            return Outcome.refused(Refusal.invalid(
                    "name",
                    "Give it a name of 1 to " + ApiTokens.MAX_NAME_CHARS + " characters, such as what uses it."));
        }
        Set<Scope> known = EnumSet.noneOf(Scope.class);
        for (String text : scopes) {
            Optional<Scope> scope = Scope.parse(text);
            if (scope.isEmpty()) {
                return Outcome.refused(Refusal.invalid("scopes", "Unknown scope: expected read, write or admin."));
            }
            known.add(scope.get());
        }
        if (known.isEmpty()) {
            return Outcome.refused(Refusal.invalid("scopes", "Choose at least one thing that the token may do."));
        }
        if (days < 0 || days > ApiTokens.MAX_DAYS) {
            return Outcome.refused(
                    Refusal.invalid("days", "Choose 1 to " + ApiTokens.MAX_DAYS + " days, or 0 for no end."));
        }
        return Outcome.done(new ApiTokens.Wish(plain, known, days == 0 ? null : Duration.ofDays(days)));
    }
}
