/**
 * Names kept for one membership.
 *
 * <p>Start reading at {@link io.portrgateway.admin.subdomain.Reservations}.
 */
@NullMarked
package io.portrgateway.admin.subdomain;

import org.jspecify.annotations.NullMarked;
