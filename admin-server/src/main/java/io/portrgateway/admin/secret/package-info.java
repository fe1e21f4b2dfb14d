/**
 * Secrets at rest: what is stored encrypted, and how it is read back.
 *
 * <p>Start reading at {@link io.portrgateway.admin.secret.SecretCipher}.
 */
@NullMarked
package io.portrgateway.admin.secret;

import org.jspecify.annotations.NullMarked;
