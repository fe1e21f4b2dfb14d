package io.portrgateway.planted.tcp;

import io.portrgateway.planted.ssh.Session;
import org.jspecify.annotations.Nullable;

/** The TCP edge must not know the SSH side. */
public record KnowsSsh(@Nullable Session session) {}
