/**
 * Moves bytes between two channels with back-pressure, half-close and idle limits.
 *
 * <p>Runs on the channels' event loops.
 */
@NullMarked
package io.portrgateway.tunnel.relay;

import org.jspecify.annotations.NullMarked;
