package io.portrgateway.load;

/**
 * A Portr-compatible server as its client sees it.
 *
 * @param api host and port of the API, without scheme
 * @param ssh host and port of the SSH side
 * @param http host and port of the public HTTP side
 * @param secretKey a member's key
 * @param pid the process to measure, on this machine
 */
record PortrAddress(String api, String ssh, String http, String secretKey, long pid) {

    int httpPort() {
        return Integer.parseInt(http.substring(http.lastIndexOf(':') + 1));
    }
}
