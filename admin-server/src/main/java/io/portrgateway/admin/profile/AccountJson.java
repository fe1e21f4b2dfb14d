package io.portrgateway.admin.profile;

import io.portrgateway.admin.account.Account;
import io.portrgateway.admin.account.ApiTokens.TokenView;
import io.portrgateway.admin.account.Scope;
import io.portrgateway.admin.session.SessionView;
import io.portrgateway.admin.team.Member;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The user's own things in the shapes of the API (portr-protocol 6.4); times in whole seconds, UTC. */
final class AccountJson {

    private AccountJson() {}

    static Map<String, @Nullable Object> user(Account account, Optional<String> avatarUrl) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("id", account.id());
        json.put("email", account.email());
        json.put("first_name", account.firstName());
        json.put("last_name", account.lastName());
        json.put("is_superuser", account.superuser());
        avatarUrl.ifPresent(url -> json.put("github_user", Map.of("github_avatar_url", url)));
        return json;
    }

    static Map<String, Object> team(Member member) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", member.teamId());
        json.put("name", member.teamName());
        json.put("slug", member.teamSlug());
        return json;
    }

    static Map<String, @Nullable Object> session(SessionView session) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("id", session.id());
        json.put("device", session.device());
        json.put("method", session.method());
        json.put("address", session.address());
        json.put("created_at", time(session.createdAt()));
        json.put("last_seen_at", time(session.lastSeenAt()));
        json.put("current", session.current());
        return json;
    }

    static Map<String, @Nullable Object> token(TokenView token) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("id", token.id());
        json.put("name", token.name());
        json.put("hint", token.hint());
        json.put("scopes", token.scopes().stream().sorted().map(Scope::text).toList());
        json.put("created_at", time(token.createdAt()));
        json.put("expires_at", time(token.expiresAt()));
        json.put("last_used_at", time(token.lastUsedAt()));
        json.put("expired", token.expired());
        return json;
    }

    static @Nullable String time(@Nullable Instant at) {
        return at == null ? null : at.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
