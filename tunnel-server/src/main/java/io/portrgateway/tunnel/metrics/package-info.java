/**
 * Every meter, named once: one class per part of the server, all on one registry.
 *
 * <p>Thread-safe. Tags come from closed sets only, never from what a visitor or a client sent.
 */
@NullMarked
package io.portrgateway.tunnel.metrics;

import org.jspecify.annotations.NullMarked;
