package io.portrgateway.admin.connection;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.portrgateway.admin.settings.PublicAddresses;
import io.portrgateway.admin.team.Member;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * A connection as the API shows it (portr-protocol 6.4). Immutable. Times are UTC to the second; {@code details} is our own
 * and only there when one connection is asked for.
 */
record ConnectionJson(
        String id,
        String type,
        @Nullable String subdomain,
        @Nullable Integer port,
        String status,
        @JsonProperty("created_at") String createdAt,
        @JsonProperty("started_at") @Nullable String startedAt,
        @JsonProperty("closed_at") @Nullable String closedAt,
        @JsonProperty("created_by") CreatedBy createdBy,
        TeamJson team,
        @Nullable String duration,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Details details) {

    /** The membership that owns it. */
    record CreatedBy(long id, UserJson user, String role) {}

    record UserJson(
            long id,
            String email,
            @JsonProperty("first_name") @Nullable String firstName,
            @JsonProperty("last_name") @Nullable String lastName) {}

    record TeamJson(long id, String name, String slug) {}

    /** What the original does not have. */
    record Details(
            String origin,
            String address,
            @JsonProperty("client_address") @Nullable String clientAddress,
            @JsonProperty("client_software") @Nullable String clientSoftware,
            @Nullable String node,
            @JsonProperty("session_count") int sessionCount,
            @JsonProperty("request_count") long requestCount,
            @JsonProperty("error_count") long errorCount,
            @JsonProperty("to_visitor_bytes") long toVisitorBytes,
            @JsonProperty("to_upstream_bytes") long toUpstreamBytes,
            @JsonProperty("last_request_at") @Nullable String lastRequestAt,
            @JsonProperty("last_error") @Nullable String lastError,
            @JsonProperty("last_error_at") @Nullable String lastErrorAt,
            @JsonProperty("close_reason") @Nullable String closeReason) {}

    /** As in a list. */
    static ConnectionJson brief(ConnectionRow row, Member reader, Instant now) {
        return of(row, reader, now, null);
    }

    /** With everything that is known. */
    static ConnectionJson full(ConnectionRow row, Member reader, PublicAddresses addresses, Instant now) {
        String address = row.subdomain() != null
                ? addresses.tunnelUrl(row.subdomain())
                : row.port() == null ? "" : addresses.tunnelAddress(row.port());
        return of(
                row,
                reader,
                now,
                new Details(
                        row.origin(),
                        address,
                        row.clientAddress(),
                        row.clientSoftware(),
                        row.node(),
                        row.sessionCount(),
                        row.requestCount(),
                        row.errorCount(),
                        row.toVisitorBytes(),
                        row.toUpstreamBytes(),
                        time(row.lastRequestAt()),
                        row.lastError(),
                        time(row.lastErrorAt()),
                        row.closeReason()));
    }

    private static ConnectionJson of(ConnectionRow row, Member reader, Instant now, @Nullable Details details) {
        @Nullable Duration served = ConnectionText.served(row, now);
        return new ConnectionJson(
                row.id(),
                row.type(),
                row.subdomain(),
                row.port(),
                row.status(),
                String.valueOf(time(row.createdAt())),
                time(row.startedAt()),
                time(row.closedAt()),
                new CreatedBy(
                        row.membershipId(),
                        new UserJson(row.userId(), row.email(), row.firstName(), row.lastName()),
                        row.role()),
                new TeamJson(reader.teamId(), reader.teamName(), reader.teamSlug()),
                served == null ? null : ConnectionText.apiDuration(served),
                details);
    }

    private static @Nullable String time(@Nullable OffsetDateTime time) {
        return time == null
                ? null
                : time.toInstant().truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
