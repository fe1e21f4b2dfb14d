/**
 * Users, how they sign in, and who may reach which path.
 *
 * <p>Start reading at {@link io.portrgateway.admin.account.Accounts} and {@code SecurityConfig}.
 */
@NullMarked
package io.portrgateway.admin.account;

import org.jspecify.annotations.NullMarked;
