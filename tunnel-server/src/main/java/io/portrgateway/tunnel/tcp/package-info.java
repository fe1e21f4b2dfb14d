/**
 * The public TCP ports.
 *
 * <p>Runs on event loops; nothing here blocks.
 */
@NullMarked
package io.portrgateway.tunnel.tcp;

import org.jspecify.annotations.NullMarked;
