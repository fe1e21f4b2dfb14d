/**
 * MINA's IO layer on our Netty event loops: batched reads, one flush per batch, no thread hop.
 *
 * <p>Runs on event loops; nothing here blocks.
 */
@NullMarked
package io.portrgateway.tunnel.transport;

import org.jspecify.annotations.NullMarked;
