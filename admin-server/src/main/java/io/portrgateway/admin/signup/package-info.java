/**
 * Who may make an account by themselves, by e-mail domain, GitHub organisation or GitHub team, and what they become.
 *
 * <p>Start reading at {@link io.portrgateway.admin.signup.SignUpRules}.
 */
@NullMarked
package io.portrgateway.admin.signup;

import org.jspecify.annotations.NullMarked;
