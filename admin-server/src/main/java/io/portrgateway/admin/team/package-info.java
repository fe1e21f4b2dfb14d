/**
 * Teams, and memberships with their secret keys.
 *
 * <p>Start reading at {@link io.portrgateway.admin.team.Teams}.
 */
@NullMarked
package io.portrgateway.admin.team;

import org.jspecify.annotations.NullMarked;
