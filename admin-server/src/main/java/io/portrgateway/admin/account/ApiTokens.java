package io.portrgateway.admin.account;

import io.portrgateway.admin.audit.AuditTrail;
import io.portrgateway.admin.secret.Tokens;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Named tokens by which programs use the API in a user's name. Only their hash is stored. Thread-safe. */
@Service
public class ApiTokens {

    /** What every token starts with: neither a membership's key ({@code portr_…}) nor anybody else's. */
    static final String PREFIX = "pgat_";

    /** Longest name. */
    public static final int MAX_NAME_CHARS = 100;

    /** Most days until a token expires. */
    public static final int MAX_DAYS = 366;

    private static final int TOKEN_BYTES = 24;
    private static final int HINT_CHARS = 4;
    private static final int MAX_TOKENS = 50;

    private final JdbcClient database;
    private final AuditTrail audit;
    private final InstantSource clock;

    ApiTokens(JdbcClient database, AuditTrail audit, InstantSource clock) {
        this.database = database;
        this.audit = audit;
        this.clock = clock;
    }

    /** A live token: whose it is, and what it may be used for. */
    record Grant(Account account, Set<Scope> scopes) {}

    /**
     * A token as its user sees it. Immutable.
     *
     * @param hint its last characters, to tell it from others
     * @param expiresAt null for never
     */
    public record TokenView(
            long id,
            String name,
            String hint,
            Set<Scope> scopes,
            Instant createdAt,
            @Nullable Instant expiresAt,
            @Nullable Instant lastUsedAt,
            boolean expired) {}

    /** What a new token shall be; {@code lifetime} null for one that never expires. */
    public record Wish(
            String name, Set<Scope> scopes, @Nullable Duration lifetime) {}

    /** A new token with its value, which is shown once and stored nowhere. */
    public record Made(TokenView token, String value) {

        /** Hides the value. */
        @Override
        public String toString() {
            return "Made[" + token + "]";
        }
    }

    /** The user's tokens that were not revoked, newest first; expired ones stay until they are removed. */
    @Transactional(readOnly = true)
    public List<TokenView> of(long userId) {
        return database.sql("""
                        select id, name, token_hint, scopes, created_at, expires_at, last_used_at,
                            coalesce(expires_at <= now(), false) as expired
                        from api_token where user_id = :user and revoked_at is null order by id desc
                        """)
                .param("user", userId)
                .query((row, number) -> view(row))
                .list();
    }

    /** Makes a token; nothing when the user has too many already. */
    @Transactional
    public Optional<Made> make(Account account, Wish wish, String address) {
        // one at a time per user, so that the limit holds
        database.sql("select id from app_user where id = :id for update")
                .param("id", account.id())
                .query(Long.class)
                .optional();
        if (of(account.id()).size() >= MAX_TOKENS) {
            return Optional.empty();
        }
        String value = PREFIX + Tokens.randomHex(TOKEN_BYTES);
        String scopes = scopeTexts(wish.scopes());
        TokenView token = database.sql("""
                        insert into api_token (user_id, name, token_hash, token_hint, scopes, expires_at)
                        values (:user, :name, :hash, :hint, cast(:scopes as text[]), :expiresAt)
                        returning id, name, token_hint, scopes, created_at, expires_at, last_used_at, false as expired
                        """)
                .param("user", account.id())
                .param("name", wish.name())
                .param("hash", Tokens.sha256(value))
                .param("hint", value.substring(value.length() - HINT_CHARS))
                .param("scopes", "{" + scopes + "}")
                .param("expiresAt", expiry(wish.lifetime()))
                .query((row, number) -> view(row))
                .single();
        audit.record(AuditTrail.Event.of("api_token.made")
                .by(account.id(), account.email())
                .on(wish.name())
                .with("scopes", scopes)
                .with("expires", token.expiresAt())
                .from(address));
        return Optional.of(new Made(token, value));
    }

    /** Ends the user's own token; false when it is another's, or ended already. */
    @Transactional
    public boolean revoke(Account account, long id, String address) {
        Optional<String> name = database.sql("""
                        update api_token set revoked_at = now()
                        where id = :id and user_id = :user and revoked_at is null returning name
                        """)
                .param("id", id)
                .param("user", account.id())
                .query(String.class)
                .optional();
        name.ifPresent(revoked -> audit.record(AuditTrail.Event.of("api_token.revoked")
                .by(account.id(), account.email())
                .on(revoked)
                .from(address)));
        return name.isPresent();
    }

    /** What the token grants; nothing when it is unknown, revoked or expired. Notes, once a minute, that it was used. */
    @Transactional
    Optional<Grant> use(String token) {
        byte[] hash = Tokens.sha256(token);
        Optional<Grant> grant = database.sql("""
                        select u.id, u.email, u.first_name, u.last_name, u.is_superuser, t.scopes
                        from api_token t join app_user u on u.id = t.user_id
                        where t.token_hash = :hash and t.revoked_at is null
                            and (t.expires_at is null or t.expires_at > now())
                        """)
                .param("hash", hash)
                .query((row, number) -> new Grant(
                        new Account(
                                row.getLong("id"),
                                row.getString("email"),
                                row.getString("first_name"),
                                row.getString("last_name"),
                                row.getBoolean("is_superuser")),
                        scopes(row)))
                .optional();
        grant.ifPresent(found -> database.sql("""
                        update api_token set last_used_at = now()
                        where token_hash = :hash and (last_used_at is null or last_used_at < now() - interval '1 minute')
                        """).param("hash", hash).update());
        return grant;
    }

    private @Nullable Timestamp expiry(@Nullable Duration lifetime) {
        return lifetime == null
                ? null
                : Timestamp.from(clock.instant().truncatedTo(ChronoUnit.SECONDS).plus(lifetime));
    }

    private static TokenView view(ResultSet row) throws SQLException {
        return new TokenView(
                row.getLong("id"),
                row.getString("name"),
                row.getString("token_hint"),
                scopes(row),
                row.getTimestamp("created_at").toInstant(),
                instant(row.getTimestamp("expires_at")),
                instant(row.getTimestamp("last_used_at")),
                row.getBoolean("expired"));
    }

    private static @Nullable Instant instant(@Nullable Timestamp at) {
        return at == null ? null : at.toInstant();
    }

    private static Set<Scope> scopes(ResultSet row) throws SQLException {
        EnumSet<Scope> scopes = EnumSet.noneOf(Scope.class);
        Arrays.stream((String[]) row.getArray("scopes").getArray())
                .flatMap(text -> Scope.parse(text).stream())
                .forEach(scopes::add);
        return scopes;
    }

    private static String scopeTexts(Set<Scope> scopes) {
        return scopes.stream().sorted().map(Scope::text).collect(Collectors.joining(","));
    }
}
