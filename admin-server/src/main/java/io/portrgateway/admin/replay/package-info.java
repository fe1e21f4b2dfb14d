/**
 * Recorded requests sent again into a tunnel, as they were or edited: what may be sent, where to, and what came of it.
 * tunnel-server does the sending.
 *
 * <p>Start reading at {@link io.portrgateway.admin.replay.Replays}.
 */
@NullMarked
package io.portrgateway.admin.replay;

import org.jspecify.annotations.NullMarked;
