/**
 * The SSH side: log-in, forwards, channels, ciphers.
 *
 * <p>Runs on event loops; log-in decisions come back asynchronously from the registry's ports.
 */
@NullMarked
package io.portrgateway.tunnel.ssh;

import org.jspecify.annotations.NullMarked;
