package io.portrgateway.admin.member;

import io.portrgateway.admin.account.Account;
import io.portrgateway.admin.team.Role;
import io.portrgateway.admin.team.TeamName;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Members in the shapes of the API (portr-protocol 6.4). */
final class MemberJson {

    private MemberJson() {}

    static Map<String, Object> page(List<MemberRow> rows, int count) {
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("count", count);
        page.put("data", rows.stream().map(MemberJson::teamUser).toList());
        return page;
    }

    static Map<String, Object> teamUser(MemberRow row) {
        Map<String, @Nullable Object> user =
                user(new Account(row.userId(), row.email(), row.firstName(), row.lastName(), row.superuser()));
        if (row.avatarUrl() != null) {
            user.put("github_user", Map.of("github_avatar_url", row.avatarUrl()));
        }
        return teamUser(row.id(), user, row.role(), row.createdAt().toInstant());
    }

    static Map<String, Object> invited(Invitations.Invited invited, TeamName team, Role role) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put(
                "team_user",
                teamUser(
                        invited.member().membershipId(),
                        user(invited.account()),
                        role.text(),
                        invited.member().createdAt()));
        result.put("team", Map.of("id", team.id(), "name", team.name(), "slug", team.slug()));
        invited.password().ifPresent(password -> result.put("password", password));
        return result;
    }

    private static Map<String, Object> teamUser(
            long id, Map<String, @Nullable Object> user, String role, Instant createdAt) {
        Map<String, Object> teamUser = new LinkedHashMap<>();
        teamUser.put("id", id);
        teamUser.put("user", user);
        teamUser.put("role", role);
        teamUser.put("created_at", createdAt.truncatedTo(ChronoUnit.SECONDS).toString());
        return teamUser;
    }

    private static Map<String, @Nullable Object> user(Account account) {
        Map<String, @Nullable Object> user = new LinkedHashMap<>();
        user.put("id", account.id());
        user.put("email", account.email());
        user.put("first_name", account.firstName());
        user.put("last_name", account.lastName());
        user.put("is_superuser", account.superuser());
        return user;
    }
}
