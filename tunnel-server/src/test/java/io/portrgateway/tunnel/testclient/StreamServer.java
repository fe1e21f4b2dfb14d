package io.portrgateway.tunnel.testclient;

import java.io.IOException;

/** What a client does with one accepted channel; runs on a virtual thread of its own and may block. */
interface StreamServer {

    /** Serves the channel to its end; the caller closes it afterwards. */
    void serve(ClientStream stream) throws IOException;
}
