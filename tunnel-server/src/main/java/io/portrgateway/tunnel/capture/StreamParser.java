package io.portrgateway.tunnel.capture;

import io.netty.buffer.ByteBuf;

/** Finds frames or events in bytes as they pass. Confined to the event loop where they do. */
interface StreamParser {

    /** Looks at the readable bytes; they stay as they are. False when they are not what was expected. */
    boolean passed(ByteBuf bytes);
}
