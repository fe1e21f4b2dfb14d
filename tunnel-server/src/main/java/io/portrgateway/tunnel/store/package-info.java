/**
 * PostgreSQL; the only place that knows SQL.
 *
 * <p>Blocking work runs on virtual threads owned by this package.
 */
@NullMarked
package io.portrgateway.tunnel.store;

import org.jspecify.annotations.NullMarked;
