package io.portrgateway.tunnel.capture;

import io.portrgateway.tunnel.capture.RecordedFrame.Event;
import io.portrgateway.tunnel.capture.RecordedFrame.Kind;
import org.jspecify.annotations.Nullable;

/**
 * A frame as an event loop saw it pass: not inflated, and with its secrets. Immutable.
 *
 * @param log where it comes from
 * @param afterGap a compressed frame before it was not kept
 */
record PassedFrame(
        FrameLog log,
        int number,
        long atMicros,
        Kind kind,
        boolean last,
        boolean compressed,
        boolean afterGap,
        BodySample payload,
        @Nullable Event event,
        long heldBytes) {}
