/**
 * Who belongs to a team: inviting, joining, changing roles, removing.
 *
 * <p>Start reading at {@code Invitations}.
 */
@NullMarked
package io.portrgateway.admin.member;

import org.jspecify.annotations.NullMarked;
