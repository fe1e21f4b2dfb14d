package io.portrgateway.tunnel.capture;

/**
 * How much is kept of one stream. Immutable.
 *
 * @param frameBytes of each frame's payload
 * @param frameCount frames of both directions; a close frame is kept besides
 * @param directionBytes payload in each direction; later frames are kept without theirs
 */
record FrameLimits(int frameBytes, int frameCount, int directionBytes) {}
