/**
 * Who did what, when and from where.
 *
 * <p>Start reading at {@link io.portrgateway.admin.audit.AuditTrail}.
 */
@NullMarked
package io.portrgateway.admin.audit;

import org.jspecify.annotations.NullMarked;
