package io.portrgateway.planted.ssh;

import io.portrgateway.planted.tcp.KnowsSsh;

/** Is used by the TCP edge, and uses it back: a cycle. */
public record Session(KnowsSsh user) {}
