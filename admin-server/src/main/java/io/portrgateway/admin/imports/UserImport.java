package io.portrgateway.admin.imports;

import static java.time.ZoneOffset.UTC;

import io.portrgateway.admin.account.Accounts;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Users and their GitHub accounts. A user is their e-mail address, as in the original, which looks nobody up by anything but
 * its lower-case form. Passwords come over as the hashes they are; GitHub's tokens do not, each sign-in brings a new one.
 */
final class UserImport {

    /** Where two addresses differ in case only, the one that the original still finds comes first. */
    private static final String USERS = """
            select id, email, first_name, last_name, password, is_superuser, created_at, updated_at
            from "user"
            order by case when email = lower(trim(email)) then 0 else 1 end, id
            """;

    private static final String GITHUB_ACCOUNTS = """
            select g.github_id, g.github_avatar_url, g.user_id, u.email
            from githubuser g left join "user" u on u.id = g.user_id
            order by g.id
            """;

    /** Salt and digest in one, as the original's first versions stored them. */
    private static final int OLD_HASH_BYTES = 16 + 32;

    private static final int OLD_HASH_CHARS = 64;

    private static final String PHC_HEAD = "$argon2id$v=19$m=65536,t=3,p=4$";

    /** Salt and digest of 32 bytes, in base64 without padding. */
    private static final Pattern PHC =
            Pattern.compile("\\$argon2id\\$[^$]*\\$[^$]*\\$([A-Za-z0-9+/]{11,86}\\$[A-Za-z0-9+/]{43})");

    private static final int MAX_AVATAR_CHARS = 500;

    private final ImportContext context;
    private final Map<String, Long> byEmail = new HashMap<>();

    UserImport(ImportContext context) {
        this.context = context;
    }

    /** What two accounts of the same address may differ in. */
    private record Person(
            @Nullable String firstName,
            @Nullable String lastName,
            @Nullable String passwordHash,
            boolean superuser) {

        List<String> differences(Person other) {
            List<String> fields = new ArrayList<>();
            if (!Objects.equals(firstName, other.firstName) || !Objects.equals(lastName, other.lastName)) {
                fields.add("name");
            }
            if (!Objects.equals(passwordHash, other.passwordHash)) {
                fields.add("password");
            }
            if (superuser != other.superuser) {
                fields.add("superuser");
            }
            return fields;
        }
    }

    private record Known(long id, Person person) {}

    private record Link(long userId, long githubId) {}

    void run() {
        context.each(Kind.USERS, USERS, row -> row.label("email"), this::user);
        byEmail.clear();
        context.each(Kind.GITHUB_ACCOUNTS, GITHUB_ACCOUNTS, row -> row.label("email"), this::githubAccount);
    }

    private void user(SourceRow row) throws SQLException {
        long old = row.number("id");
        String email = Accounts.normalEmail(row.text("email"))
                .orElseThrow(() -> new SourceRow.Unusable("not an e-mail address"));
        Long first = byEmail.get(email);
        if (first != null) {
            context.ids().user(old, first);
            context.ledger()
                    .conflict(
                            Kind.USERS,
                            row.label("email"),
                            "another account there has the same address once case is ignored; that one is used, and the"
                                    + " memberships of this one go to it");
            return;
        }
        Person person = new Person(
                row.nameOrNull("first_name"),
                row.nameOrNull("last_name"),
                passwordHash(row, email),
                row.flag("is_superuser"));
        Optional<Known> known = find(email);
        long here;
        if (known.isPresent()) {
            here = known.get().id();
            compare(email, known.get().person(), person);
        } else {
            here = insert(email, person, row.time("created_at"), row.time("updated_at"));
            context.ledger().imported(Kind.USERS);
        }
        byEmail.put(email, here);
        context.ids().user(old, here);
    }

    private void compare(String email, Person here, Person there) {
        List<String> differences = here.differences(there);
        if (differences.isEmpty()) {
            context.ledger().alreadyHere(Kind.USERS);
        } else {
            context.ledger()
                    .conflict(
                            Kind.USERS,
                            email,
                            "is here with another " + String.join(", ", differences)
                                    + "; left so, and its memberships are added to it");
        }
    }

    private @Nullable String passwordHash(SourceRow row, String email) throws SQLException {
        String hash = row.nameOrNull("password");
        if (hash == null || isOldHash(hash)) {
            return hash;
        }
        Matcher phc = PHC.matcher(hash);
        if (phc.matches()) {
            // whatever parameters are written there: the original calculates with these, and nobody else's memory is
            // used
            return PHC_HEAD + phc.group(1);
        }
        context.ledger().note(Kind.USERS, email, "the password's hash has an unknown form; imported without password");
        return null;
    }

    private static boolean isOldHash(String hash) {
        try {
            return hash.length() == OLD_HASH_CHARS && Base64.getDecoder().decode(hash).length == OLD_HASH_BYTES;
        } catch (IllegalArgumentException notBase64) {
            return false;
        }
    }

    private Optional<Known> find(String email) {
        return context.here()
                .sql("select id, first_name, last_name, password_hash, is_superuser from app_user where email = :email")
                .param("email", email)
                .query((row, number) -> new Known(
                        row.getLong("id"),
                        new Person(
                                row.getString("first_name"),
                                row.getString("last_name"),
                                row.getString("password_hash"),
                                row.getBoolean("is_superuser"))))
                .optional();
    }

    private long insert(String email, Person person, @Nullable Instant createdAt, @Nullable Instant updatedAt) {
        return context.here()
                .sql("""
                        insert into app_user
                            (email, first_name, last_name, password_hash, is_superuser, created_at, updated_at)
                        values (:email, :first, :last, :password, :superuser,
                                coalesce(cast(:created as timestamptz), now()),
                                coalesce(cast(:updated as timestamptz), now()))
                        returning id
                        """)
                .param("email", email)
                .param("first", person.firstName())
                .param("last", person.lastName())
                .param("password", person.passwordHash())
                .param("superuser", person.superuser())
                .param("created", createdAt == null ? null : createdAt.atOffset(UTC))
                .param("updated", updatedAt == null ? null : updatedAt.atOffset(UTC))
                .query(Long.class)
                .single();
    }

    private void githubAccount(SourceRow row) throws SQLException {
        long githubId = row.number("github_id");
        long user = context.ids()
                .user(row.number("user_id"))
                .orElseThrow(() -> new SourceRow.Unusable("its user was not brought over"));
        List<Link> taken = context.here()
                .sql("select user_id, github_id from github_account where github_id = :github or user_id = :user")
                .param("github", githubId)
                .param("user", user)
                .query((link, number) -> new Link(link.getLong("user_id"), link.getLong("github_id")))
                .list();
        if (taken.isEmpty()) {
            insertGithubAccount(user, githubId, row.text("github_avatar_url"));
            context.ledger().imported(Kind.GITHUB_ACCOUNTS);
        } else if (taken.equals(List.of(new Link(user, githubId)))) {
            context.ledger().alreadyHere(Kind.GITHUB_ACCOUNTS);
        } else {
            context.ledger()
                    .conflict(
                            Kind.GITHUB_ACCOUNTS,
                            row.label("email"),
                            "GitHub account " + githubId + " or its user is linked otherwise here");
        }
    }

    private void insertGithubAccount(long user, long githubId, String avatarUrl) {
        boolean usable = avatarUrl.startsWith("https://") && avatarUrl.length() <= MAX_AVATAR_CHARS;
        // the old database has no login names; the next sign-in with GitHub fills it in
        context.here()
                .sql("""
                        insert into github_account (user_id, github_id, login, avatar_url)
                        values (:user, :github, '', :avatar)
                        """)
                .param("user", user)
                .param("github", githubId)
                .param("avatar", usable ? avatarUrl : "")
                .update();
    }
}
