/**
 * Immutable settings, read once at start; all problems are reported together.
 *
 * <p>Start reading at {@link io.portrgateway.tunnel.config.Settings}: each {@code …Config} record reads itself from it.
 */
@NullMarked
package io.portrgateway.tunnel.config;

import org.jspecify.annotations.NullMarked;
