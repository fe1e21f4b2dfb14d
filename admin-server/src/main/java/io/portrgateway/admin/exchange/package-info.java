/**
 * Recorded exchanges as tunnel-server stored them: who may see which, and their parts. Reads only. Pages, replays and exports
 * build on it.
 *
 * <p>Start reading at {@link io.portrgateway.admin.exchange.Exchanges}.
 */
@NullMarked
package io.portrgateway.admin.exchange;

import org.jspecify.annotations.NullMarked;
