/**
 * A request that is sent again into a tunnel: what is asked for, and what came of it. {@code store} finds the requests,
 * {@code http} sends them; they meet here.
 *
 * <p>Owns no threads.
 */
@NullMarked
package io.portrgateway.tunnel.replay;

import org.jspecify.annotations.NullMarked;
