/**
 * What a recorded body says: undoes content codings within limits, finds out what kind it is, and turns it into something that
 * can be shown. Pure: no input, no output, no threads of its own; everything here is bounded, since anybody may have sent the
 * bytes.
 *
 * <p>Start reading at {@code Content}.
 */
@NullMarked
package io.portrgateway.admin.body;

import org.jspecify.annotations.NullMarked;
