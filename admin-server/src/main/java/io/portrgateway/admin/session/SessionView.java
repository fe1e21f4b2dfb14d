package io.portrgateway.admin.session;

import java.time.Instant;

/**
 * A session as its user sees it. Immutable.
 *
 * @param id names the session in forms; opens nothing
 * @param device browser and system, as far as they can be told
 * @param current whether this very request belongs to it
 */
public record SessionView(
        String id,
        String device,
        String method,
        String address,
        Instant createdAt,
        Instant lastSeenAt,
        boolean current) {}
