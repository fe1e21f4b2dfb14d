/**
 * The settings of this gateway, for superusers to look at.
 *
 * <p>Start reading at {@code InstanceSettingsController}.
 */
@NullMarked
package io.portrgateway.admin.instance;

import org.jspecify.annotations.NullMarked;
