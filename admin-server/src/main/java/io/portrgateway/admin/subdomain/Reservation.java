package io.portrgateway.admin.subdomain;

import java.time.Instant;

/**
 * A name, who holds it, and whether a tunnel runs under it. Immutable.
 *
 * @param claimStatus {@code idle}: no tunnel; {@code starting}: asked for, its SSH session has not come yet; {@code active}
 */
record Reservation(String subdomain, long membershipId, String owner, Instant createdAt, String claimStatus) {}
