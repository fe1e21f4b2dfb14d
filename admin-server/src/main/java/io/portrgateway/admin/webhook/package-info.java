/**
 * Webhooks of common providers: who sent one, whether its signature is right and if not why, and how to sign it again. No
 * threads of its own.
 *
 * <p>Start reading at {@link io.portrgateway.admin.webhook.Webhooks}; {@code Scheme} has what the providers do differently.
 */
@NullMarked
package io.portrgateway.admin.webhook;

import org.jspecify.annotations.NullMarked;
