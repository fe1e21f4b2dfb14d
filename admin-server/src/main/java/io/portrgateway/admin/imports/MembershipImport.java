package io.portrgateway.admin.imports;

import static java.time.ZoneOffset.UTC;

import io.portrgateway.admin.secret.Tokens;
import io.portrgateway.admin.team.Role;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Memberships with their roles and secret keys, by which clients go on as they are. */
final class MembershipImport {

    private static final String MEMBERSHIPS = """
            select tu.id, tu.user_id, tu.team_id, tu.secret_key, tu.role, tu.created_at, tu.updated_at, u.email, t.slug
            from team_users tu
            left join "user" u on u.id = tu.user_id
            left join team t on t.id = tu.team_id
            order by tu.id
            """;

    /** Shorter keys were not made by Portr and may be guessed. */
    private static final int MIN_KEY_CHARS = 32;

    private static final int MAX_KEY_CHARS = 200;

    private final ImportContext context;
    private final Function<String, byte[]> encrypt;

    MembershipImport(ImportContext context, Function<String, byte[]> encrypt) {
        this.context = context;
        this.encrypt = encrypt;
    }

    private record Known(long id, long userId, long teamId, String role, boolean sameKey) {}

    void run() {
        context.each(Kind.MEMBERSHIPS, MEMBERSHIPS, MembershipImport::label, this::membership);
    }

    static String label(SourceRow row) throws SQLException {
        return row.label("email") + " in " + row.label("slug");
    }

    private void membership(SourceRow row) throws SQLException {
        long user = context.ids()
                .user(row.number("user_id"))
                .orElseThrow(() -> new SourceRow.Unusable("its user was not brought over"));
        long team = context.ids()
                .team(row.number("team_id"))
                .orElseThrow(() -> new SourceRow.Unusable("its team was not brought over"));
        String key = key(row);
        Role role = role(row);
        byte[] hash = Tokens.sha256(key);
        List<Known> known = find(user, team, hash);
        Optional<Known> same = known.stream()
                .filter(membership -> membership.userId() == user && membership.teamId() == team)
                .findFirst();
        if (known.isEmpty()) {
            long id =
                    insert(user, team, role, hash, encrypt.apply(key), row.time("created_at"), row.time("updated_at"));
            context.ids().membership(row.number("id"), new NewIds.Place(id, team));
            context.ledger().imported(Kind.MEMBERSHIPS);
        } else if (same.isPresent()) {
            context.ids()
                    .membership(row.number("id"), new NewIds.Place(same.get().id(), team));
            compare(label(row), same.get(), role);
        } else {
            context.ledger()
                    .conflict(Kind.MEMBERSHIPS, label(row), "its secret key belongs to another membership here");
        }
    }

    private void compare(String label, Known here, Role role) {
        if (!here.sameKey()) {
            context.ledger()
                    .conflict(
                            Kind.MEMBERSHIPS,
                            label,
                            "is a member here with another secret key; the old key will not work, the client needs the"
                                    + " one of the dashboard");
        } else if (here.role().equals(role.text())) {
            context.ledger().alreadyHere(Kind.MEMBERSHIPS);
        } else {
            context.ledger()
                    .conflict(Kind.MEMBERSHIPS, label, "is " + here.role() + " here and " + role.text() + " there");
        }
    }

    private String key(SourceRow row) throws SQLException {
        String key = row.text("secret_key");
        if (key.isEmpty() || key.length() > MAX_KEY_CHARS) {
            throw new SourceRow.Unusable("it has no usable secret key");
        }
        if (key.length() < MIN_KEY_CHARS) {
            context.ledger()
                    .note(
                            Kind.MEMBERSHIPS,
                            label(row),
                            "its secret key is short enough to be guessed; rotate it in the dashboard");
        }
        return key;
    }

    private Role role(SourceRow row) throws SQLException {
        Optional<Role> role = Role.parse(row.text("role"));
        if (role.isEmpty()) {
            context.ledger().note(Kind.MEMBERSHIPS, label(row), "its role is unknown here; taken as member");
        }
        return role.orElse(Role.MEMBER);
    }

    private List<Known> find(long user, long team, byte[] hash) {
        return context.here()
                .sql("""
                        select id, user_id, team_id, role, secret_key_hash = :hash as same_key from membership
                        where user_id = :user and team_id = :team or secret_key_hash = :hash
                        """)
                .param("user", user)
                .param("team", team)
                .param("hash", hash)
                .query((row, number) -> new Known(
                        row.getLong("id"),
                        row.getLong("user_id"),
                        row.getLong("team_id"),
                        row.getString("role"),
                        row.getBoolean("same_key")))
                .list();
    }

    private long insert(
            long user,
            long team,
            Role role,
            byte[] hash,
            byte[] encrypted,
            @Nullable Instant createdAt,
            @Nullable Instant updatedAt) {
        return context.here()
                .sql("""
                        insert into membership
                            (user_id, team_id, role, secret_key_hash, secret_key_encrypted, created_at, updated_at)
                        values (:user, :team, :role, :hash, :encrypted,
                                coalesce(cast(:created as timestamptz), now()),
                                coalesce(cast(:updated as timestamptz), now()))
                        returning id
                        """)
                .param("user", user)
                .param("team", team)
                .param("role", role.text())
                .param("hash", hash)
                .param("encrypted", encrypted)
                .param("created", createdAt == null ? null : createdAt.atOffset(UTC))
                .param("updated", updatedAt == null ? null : updatedAt.atOffset(UTC))
                .query(Long.class)
                .single();
    }
}
