/**
 * What the portr client downloads, and the commands a member pastes.
 *
 * <p>Start reading at {@link io.portrgateway.admin.clientconfig.ClientConfigs}.
 */
@NullMarked
package io.portrgateway.admin.clientconfig;

import org.jspecify.annotations.NullMarked;
