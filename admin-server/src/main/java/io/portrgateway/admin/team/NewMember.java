package io.portrgateway.admin.team;

import java.time.Instant;

record NewMember(long membershipId, Instant createdAt) {}
