/**
 * Composition root of admin-server: read the settings, bring the schema up, start the web application, or run one command.
 *
 * <p>Start reading at {@link io.portrgateway.admin.AdminServer}. Below it: features, not layers.
 */
@NullMarked
package io.portrgateway.admin;

import org.jspecify.annotations.NullMarked;
