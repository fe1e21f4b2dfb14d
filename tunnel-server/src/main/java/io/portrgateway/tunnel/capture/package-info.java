/**
 * Turns what passed through an exchange into an immutable record for the request inspector: bounded, lossy, counted.
 *
 * <p>Recording runs on event loops and never waits; the queue is where the records leave them.
 */
@NullMarked
package io.portrgateway.tunnel.capture;

import org.jspecify.annotations.NullMarked;
