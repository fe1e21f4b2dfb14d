/**
 * Sessions of the dashboard: kept in PostgreSQL, so that every replica knows them, and ended everywhere at once.
 *
 * <p>Start reading at {@link io.portrgateway.admin.session.Sessions}. Knows users by their id alone. Whatever is put into a
 * session, flash attributes included, must be {@code Serializable}.
 */
@NullMarked
package io.portrgateway.admin.session;

import org.jspecify.annotations.NullMarked;
