package io.portrgateway.admin.team;

import java.time.OffsetDateTime;

/** A team as the instance's list shows it, with what would be lost with it. Immutable. */
record TeamRow(
        long id,
        String name,
        String slug,
        OffsetDateTime createdAt,
        long memberCount,
        long liveTunnelCount,
        long reservedCount,
        long signUpRuleCount) {}
