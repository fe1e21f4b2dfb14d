/**
 * The client's reservation API, and the tunnels that are live.
 *
 * <p>Start reading at {@link io.portrgateway.admin.connection.Connections}.
 */
@NullMarked
package io.portrgateway.admin.connection;

import org.jspecify.annotations.NullMarked;
