/**
 * Immutable settings, read once at start; all problems are reported together.
 *
 * <p>Start reading at {@link io.portrgateway.admin.settings.AdminSettings}.
 */
@NullMarked
package io.portrgateway.admin.settings;

import org.jspecify.annotations.NullMarked;
