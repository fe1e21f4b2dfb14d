/**
 * Teams, memberships with their secret keys, and SSH public keys.
 *
 * <p>Start reading at {@link io.portrgateway.admin.team.Teams}.
 */
@NullMarked
package io.portrgateway.admin.team;

import org.jspecify.annotations.NullMarked;
