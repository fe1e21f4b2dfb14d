/**
 * What admin-server asks of the tunnel-servers: end this tunnel, end all of that member, look at everyone's rights again.
 *
 * <p>Start reading at {@link io.portrgateway.admin.command.TunnelCommands}.
 */
@NullMarked
package io.portrgateway.admin.command;

import org.jspecify.annotations.NullMarked;
