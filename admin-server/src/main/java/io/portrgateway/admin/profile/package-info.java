/**
 * What users see and change of their own: name, password, sessions, API tokens; as pages below {@code /account} and in the API.
 *
 * <p>Start reading at {@code AccountController}. Everything here is about the signed-in user and nobody else.
 */
@NullMarked
package io.portrgateway.admin.profile;

import org.jspecify.annotations.NullMarked;
