/**
 * The private port: health, readiness, metrics.
 *
 * <p>Runs on its own small event loop.
 */
@NullMarked
package io.portrgateway.tunnel.ops;

import org.jspecify.annotations.NullMarked;
