package io.portrgateway.admin.imports;

import static java.time.ZoneOffset.UTC;

import java.sql.SQLException;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Names kept for a membership; more than the limit allows come over as well, as the original lets them stay. */
final class ReservationImport {

    private static final String RESERVATIONS = """
            select subdomain, team_user_id, created_at from subdomain_reservation order by id
            """;

    static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    private final ImportContext context;
    private final int limit;

    ReservationImport(ImportContext context, int limit) {
        this.context = context;
        this.limit = limit;
    }

    void run() {
        context.each(Kind.RESERVED_NAMES, RESERVATIONS, row -> row.label("subdomain"), this::reservation);
        noteThoseOverTheLimit();
    }

    private void reservation(SourceRow row) throws SQLException {
        String name = row.text("subdomain").toLowerCase(Locale.ROOT);
        if (!NAME.matcher(name).matches()) {
            throw new SourceRow.Unusable("not 1-63 letters a-z, digits or hyphens, no hyphen at either end");
        }
        long membership = context.ids()
                .membership(row.number("team_user_id"))
                .orElseThrow(() -> new SourceRow.Unusable("its membership was not brought over"))
                .membershipId();
        Optional<Long> keeper = context.here()
                .sql("select membership_id from reserved_subdomain where subdomain = :name")
                .param("name", name)
                .query(Long.class)
                .optional();
        if (keeper.isPresent() && keeper.get() == membership) {
            context.ledger().alreadyHere(Kind.RESERVED_NAMES);
        } else if (keeper.isPresent()) {
            context.ledger().conflict(Kind.RESERVED_NAMES, name, "is reserved by another member here");
        } else if (isUsedByAnother(name, membership)) {
            context.ledger().conflict(Kind.RESERVED_NAMES, name, "is used by another member here at this moment");
        } else {
            insert(name, membership, row.time("created_at"));
            context.ledger().imported(Kind.RESERVED_NAMES);
        }
    }

    private boolean isUsedByAnother(String name, long membership) {
        return context.here()
                .sql("""
                        select exists (
                            select from connection
                            where subdomain = :name and status in ('reserved', 'active') and membership_id <> :membership)
                        """)
                .param("name", name)
                .param("membership", membership)
                .query(Boolean.class)
                .single();
    }

    private void insert(String name, long membership, @Nullable Instant createdAt) {
        context.here()
                .sql("""
                        insert into reserved_subdomain (subdomain, membership_id, created_at)
                        values (:name, :membership, coalesce(cast(:created as timestamptz), now()))
                        """)
                .param("name", name)
                .param("membership", membership)
                .param("created", createdAt == null ? null : createdAt.atOffset(UTC))
                .update();
    }

    private void noteThoseOverTheLimit() {
        context.here().sql("""
                        select u.email, t.slug, count(*) as names
                        from reserved_subdomain r
                        join membership m on m.id = r.membership_id
                        join app_user u on u.id = m.user_id
                        join team t on t.id = m.team_id
                        group by u.email, t.slug
                        having count(*) > :limit
                        order by u.email, t.slug
                        """).param("limit", limit).query(row -> {
            context.ledger()
                    .note(
                            Kind.RESERVED_NAMES,
                            row.getString("email") + " in " + row.getString("slug"),
                            "has " + row.getInt("names") + " names where " + limit
                                    + " are allowed; they stay, new ones are refused");
        });
    }
}
