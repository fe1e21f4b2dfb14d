/**
 * Clients that behave on the wire as the two generations of the {@code portr} command do, for tests of every module; made from the
 * protocol document alone.
 *
 * <p>This package has its own owner and is complete in itself: nothing else is to be added to it from outside. Start reading at {@link
 * io.portrgateway.tunnel.testclient.PortrV1Client}. Each client owns its threads and its SSH back-end and ends them in {@code close()}.
 */
@NullMarked
package io.portrgateway.tunnel.testclient;

import org.jspecify.annotations.NullMarked;
