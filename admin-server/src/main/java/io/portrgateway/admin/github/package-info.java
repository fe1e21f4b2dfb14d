/**
 * Signing in with GitHub: OAuth by Spring Security, and who of the people on GitHub is which user here.
 *
 * <p>Start reading at {@code GitHubSecurity} (the paths and their filters) and {@code GitHubSignIn} (the decision).
 */
@NullMarked
package io.portrgateway.admin.github;

import org.jspecify.annotations.NullMarked;
