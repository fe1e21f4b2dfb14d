/**
 * The audit trail as it is read: by a team's admins for their team, by superusers for everything; filtered, paged, exported.
 *
 * <p>Start reading at {@code AuditEvents}.
 */
@NullMarked
package io.portrgateway.admin.auditlog;

import org.jspecify.annotations.NullMarked;
