package io.portrgateway.admin.team;

import java.time.Instant;

/** A membership just made. Immutable. */
public record NewMember(long membershipId, Instant createdAt) {}
