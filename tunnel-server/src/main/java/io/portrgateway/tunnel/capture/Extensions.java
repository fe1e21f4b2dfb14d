package io.portrgateway.tunnel.capture;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtensionData;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtensionUtil;
import java.util.List;
import java.util.Map;

/**
 * What the two ends of a WebSocket agreed on (RFC 6455, section 9.1; RFC 7692). The sizes of windows do not matter to
 * somebody who inflates with the largest. Immutable.
 *
 * @param deflates messages may come compressed
 * @param visitorKeepsContext what the visitor compresses may refer to its earlier messages
 * @param serviceKeepsContext what the service compresses may refer to its earlier messages
 * @param areUnknown there are others, whose meaning is not known here
 */
record Extensions(boolean deflates, boolean visitorKeepsContext, boolean serviceKeepsContext, boolean areUnknown) {

    private static final Extensions NONE = new Extensions(false, false, false, false);
    private static final Extensions UNKNOWN = new Extensions(false, false, false, true);

    /** As the answer to the handshake says. */
    static Extensions agreed(HttpHeaders answer) {
        try {
            return agreed(answer.getAll(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS).stream()
                    .filter(value -> !value.isBlank())
                    .flatMap(value -> WebSocketExtensionUtil.extractExtensions(value).stream())
                    .toList());
        } catch (IndexOutOfBoundsException malformed) {
            // Netty's, of a value such as ";"
            return UNKNOWN;
        }
    }

    private static Extensions agreed(List<WebSocketExtensionData> agreed) {
        if (agreed.isEmpty()) {
            return NONE;
        }
        // With a second extension nobody knows which of them changed the payload last
        if (agreed.size() > 1 || !agreed.getFirst().name().equalsIgnoreCase("permessage-deflate")) {
            return UNKNOWN;
        }
        Map<String, String> parameters = agreed.getFirst().parameters();
        return new Extensions(
                true,
                !parameters.containsKey("client_no_context_takeover"),
                !parameters.containsKey("server_no_context_takeover"),
                false);
    }

    boolean keepsContext(Direction direction) {
        return switch (direction) {
            case TO_UPSTREAM -> visitorKeepsContext;
            case TO_VISITOR -> serviceKeepsContext;
        };
    }
}
