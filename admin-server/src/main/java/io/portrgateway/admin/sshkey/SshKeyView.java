package io.portrgateway.admin.sshkey;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A public key as pages show it. Immutable. */
public record SshKeyView(
        long id,
        String name,
        String type,
        String fingerprint,
        Instant createdAt,
        @Nullable Instant lastUsedAt) {}
