package io.portrgateway.admin.webhook;

import io.portrgateway.admin.secret.SecretCipher;
import io.portrgateway.admin.team.Member;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The stored secrets of members, by the name of their tunnel. Thread-safe. */
@Component
class SecretRows {

    private static final String PURPOSE = "webhook_secret.secret";

    private final JdbcClient database;
    private final SecretCipher cipher;

    SecretRows(JdbcClient database, SecretCipher cipher) {
        this.database = database;
        this.cipher = cipher;
    }

    /** A secret without what it is: that is shown to nobody again. Immutable. */
    record Row(long id, String subdomain, Provider provider, String name, Instant createdAt) {}

    /** The member's own, by tunnel, the newest first. */
    List<Row> of(Member member) {
        return database.sql("""
                        select id, subdomain, provider, name, created_at from webhook_secret
                        where membership_id = :me order by subdomain, provider, id desc
                        """)
                .param("me", member.membershipId())
                .query((row, number) -> new Row(
                        row.getLong("id"),
                        row.getString("subdomain"),
                        Provider.of(row.getString("provider")).orElseThrow(),
                        row.getString("name"),
                        row.getObject("created_at", OffsetDateTime.class).toInstant()))
                .list();
    }

    /** What there is to check a request to this tunnel with, the newest first; those without a key are left out. */
    List<Check.Key> keys(long membershipId, String subdomain, Provider provider) {
        return database
                .sql("""
                        select name, secret from webhook_secret
                        where membership_id = :membership and subdomain = :subdomain and provider = :provider
                        order by id desc
                        """)
                .param("membership", membershipId)
                .param("subdomain", subdomain)
                .param("provider", provider.code())
                .query((row, number) -> {
                    String name = row.getString("name");
                    return cipher.decrypt(PURPOSE, row.getBytes("secret")).map(secret -> new Check.Key(name, secret));
                })
                .list()
                .stream()
                .flatMap(Optional::stream)
                .toList();
    }

    /** How many the member has; for the rest of the transaction nobody adds another. */
    int lockCount(Member member) {
        database.sql("select pg_advisory_xact_lock(hashtextextended('portr_webhook_secrets', :me))")
                .param("me", member.membershipId())
                .query()
                .listOfRows();
        return database.sql("select count(*)::int from webhook_secret where membership_id = :me")
                .param("me", member.membershipId())
                .query((row, number) -> row.getInt(1))
                .single();
    }

    Row insert(Member member, String subdomain, Provider provider, String name, String secret) {
        return database.sql("""
                        insert into webhook_secret (membership_id, subdomain, provider, name, secret)
                        values (:me, :subdomain, :provider, :name, :secret) returning id, created_at
                        """)
                .param("me", member.membershipId())
                .param("subdomain", subdomain)
                .param("provider", provider.code())
                .param("name", name)
                .param("secret", cipher.encrypt(PURPOSE, secret))
                .query((row, number) -> new Row(
                        row.getLong("id"),
                        subdomain,
                        provider,
                        name,
                        row.getObject("created_at", OffsetDateTime.class).toInstant()))
                .single();
    }

    /** Removes the member's own. */
    Optional<Row> delete(Member member, long id) {
        return database.sql("""
                        delete from webhook_secret where id = :id and membership_id = :me
                        returning subdomain, provider, name, created_at
                        """)
                .param("id", id)
                .param("me", member.membershipId())
                .query((row, number) -> new Row(
                        id,
                        row.getString("subdomain"),
                        Provider.of(row.getString("provider")).orElseThrow(),
                        row.getString("name"),
                        row.getObject("created_at", OffsetDateTime.class).toInstant()))
                .optional();
    }
}
