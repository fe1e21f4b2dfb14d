package io.portrgateway.tunnel.ssh;

import io.portrgateway.tunnel.config.PublicUrls;
import io.portrgateway.tunnel.config.SshConfig;
import io.portrgateway.tunnel.metrics.SshMetrics;
import io.portrgateway.tunnel.registry.Accounts;
import io.portrgateway.tunnel.registry.Forwards;

/** What all sessions share. Immutable; its parts are thread-safe. */
record SshContext(
        SshConfig config,
        PublicUrls urls,
        Accounts accounts,
        Forwards forwards,
        SshDataPath dataPath,
        SshLimits limits,
        SshMetrics metrics) {}
