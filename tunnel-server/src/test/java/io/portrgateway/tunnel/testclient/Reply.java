package io.portrgateway.tunnel.testclient;

import java.nio.ByteBuffer;

/**
 * The answer to a global request.
 *
 * @param success whether it was REQUEST_SUCCESS
 * @param payload what followed; read-only
 */
public record Reply(boolean success, ByteBuffer payload) {}
