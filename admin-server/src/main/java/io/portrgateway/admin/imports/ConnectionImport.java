package io.portrgateway.admin.imports;

import static java.time.ZoneOffset.UTC;

import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Connections, all of them as closed ones. Those that were open in the old database let a running client come back under the
 * id it has; the newest closed ones are a history, if it is wanted. What only waited for its client is left out.
 */
final class ConnectionImport {

    private static final String COLUMNS = """
            select id, type, subdomain, port, status, created_by_id, created_at, updated_at, started_at, closed_at
            from connection
            """;
    private static final String OPEN = COLUMNS + "where status = 'active' order by id";
    private static final String CLOSED = COLUMNS + "where status = 'closed' order by created_at desc, id desc limit ?";

    private static final Pattern ID = Pattern.compile("[0-9A-Z]{26}");
    private static final int MAX_PORT = 65_535;

    private final ImportContext context;
    private final int history;

    ConnectionImport(ImportContext context, int history) {
        this.context = context;
        this.history = history;
    }

    void run() {
        context.each(Kind.CONNECTIONS, OPEN, row -> row.label("id"), this::connection);
        if (history > 0) {
            context.each(Kind.CONNECTIONS, CLOSED, row -> row.label("id"), this::connection, history);
        }
    }

    private void connection(SourceRow row) throws SQLException {
        String id = row.text("id");
        String type = row.text("type");
        boolean http = "http".equals(type);
        if (!ID.matcher(id).matches() || !(http || "tcp".equals(type))) {
            throw new SourceRow.Unusable("its id or type is of another form");
        }
        String subdomain = row.text("subdomain").toLowerCase(Locale.ROOT);
        if (http && !ReservationImport.NAME.matcher(subdomain).matches()) {
            throw new SourceRow.Unusable("its subdomain is not a name that can be served");
        }
        NewIds.Place owner = context.ids()
                .membership(row.number("created_by_id"))
                .orElseThrow(() -> new SourceRow.Unusable("its membership was not brought over"));
        if (insert(row, id, type, http ? subdomain : null, owner)) {
            context.ledger().imported(Kind.CONNECTIONS);
        } else if (ownerOf(id) == owner.membershipId()) {
            context.ledger().alreadyHere(Kind.CONNECTIONS);
        } else {
            context.ledger().conflict(Kind.CONNECTIONS, id, "the id belongs to another member here");
        }
    }

    private boolean insert(SourceRow row, String id, String type, @Nullable String subdomain, NewIds.Place owner)
            throws SQLException {
        boolean wasOpen = "active".equals(row.text("status"));
        return context.here()
                        .sql("""
                                insert into connection (id, type, subdomain, port, status, membership_id, team_id,
                                    close_reason, created_at, updated_at, started_at, closed_at)
                                values (:id, :type, :subdomain, :port, 'closed', :membership, :team, :reason,
                                    coalesce(cast(:created as timestamptz), now()),
                                    coalesce(cast(:updated as timestamptz), now()), cast(:started as timestamptz),
                                    coalesce(cast(:closed as timestamptz), cast(:updated as timestamptz), now()))
                                on conflict (id) do nothing
                                """)
                        .param("id", id)
                        .param("type", type)
                        .param("subdomain", subdomain)
                        .param("port", port(row.numberOrNull("port")))
                        .param("membership", owner.membershipId())
                        .param("team", owner.teamId())
                        .param("reason", wasOpen ? "shutdown" : null)
                        .param("created", utc(row.time("created_at")))
                        .param("updated", utc(row.time("updated_at")))
                        .param("started", utc(row.time("started_at")))
                        .param("closed", wasOpen ? null : utc(row.time("closed_at")))
                        .update()
                == 1;
    }

    private long ownerOf(String id) {
        return context.here()
                .sql("select membership_id from connection where id = :id")
                .param("id", id)
                .query(Long.class)
                .single();
    }

    private static @Nullable Integer port(@Nullable Long port) {
        return port == null || port < 1 || port > MAX_PORT ? null : port.intValue();
    }

    private static @Nullable OffsetDateTime utc(@Nullable Instant time) {
        return time == null ? null : time.atOffset(UTC);
    }
}
