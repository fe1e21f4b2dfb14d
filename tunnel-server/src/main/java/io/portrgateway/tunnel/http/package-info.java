/**
 * The public HTTP and WebSocket edge.
 *
 * <p>Runs on event loops; nothing here blocks.
 */
@NullMarked
package io.portrgateway.tunnel.http;

import org.jspecify.annotations.NullMarked;
