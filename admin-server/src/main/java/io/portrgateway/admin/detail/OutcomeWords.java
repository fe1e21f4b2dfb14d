package io.portrgateway.admin.detail;

import io.portrgateway.admin.exchange.Exchange;

/** How an exchange ended, in words. Stateless. */
final class OutcomeWords {

    private OutcomeWords() {}

    /** A few words. */
    static String title(Exchange exchange) {
        return switch (exchange.outcome()) {
            case "completed" -> exchange.isUpgraded() ? "Connection ended" : "Completed";
            case "open" -> "Still open";
            case "bad-request" -> "Request not valid";
            case "header-too-large" -> "Request header too large";
            case "body-too-large" -> "Request body too large";
            case "request-timeout" -> "Request took too long to arrive";
            case "visitor-left" -> "Visitor left";
            case "too-many-connections" -> "Too many connections";
            case "connection-lost" -> "Tunnel lost its connection";
            case "upstream-limit" -> "Tunnel busy";
            case "local-server-not-online" -> "Local server not running";
            case "upstream-timeout" -> "No answer in time";
            case "upstream-closed" -> "Local server hung up";
            case "bad-response" -> "Answer not valid";
            case "internal" -> "Failure in the gateway";
            default -> exchange.outcome().replace('-', ' ').replace('_', ' ');
        };
    }

    /** What happened and what to do about it; the empty text when all is well. */
    static String help(Exchange exchange) {
        return switch (exchange.outcome()) {
            case "completed", "open" -> "";
            case "bad-request" ->
                "The gateway could not read the request without doubt about its meaning, so it was not passed on.";
            case "header-too-large" ->
                "The visitor sent more header than the gateway takes. Cookies are the usual reason.";
            case "body-too-large" -> "The visitor sent more than one request may hold here.";
            case "request-timeout" -> "The visitor stopped sending in the middle of the request.";
            case "visitor-left" -> "The visitor closed the connection before the answer was complete.";
            case "connection-lost" ->
                "The client behind the tunnel was away. It comes back by itself when its network does.";
            case "upstream-limit" -> "The tunnel had as many requests in flight as it may have.";
            case "local-server-not-online" ->
                "The tunnel was open, but nothing listened at its other end. Start the local server, then send the request"
                        + " again.";
            case "upstream-timeout" -> "The request reached the local server, but no answer came in time.";
            case "upstream-closed" ->
                "The local server closed the connection before its answer was complete. Its own log may say why.";
            case "bad-response" -> "What the local server sent is not well-formed HTTP, so it was not passed on.";
            case "internal" -> "This is the gateway's fault. Its log says more.";
            default -> "The visitor did not get a complete answer.";
        };
    }
}
