package io.portrgateway.admin.detail;

import io.portrgateway.admin.exchange.Direction;
import java.util.Map;

/**
 * How the page is looked at, by its address: which tab of each side is open, in which way each body is shown. Immutable. Works
 * without a script; with one, the tabs are switched in the browser.
 */
record Looks(Map<String, String> parameters) {

    Looks {
        parameters = Map.copyOf(parameters);
    }

    String tab(Direction direction) {
        return parameters.getOrDefault(direction == Direction.TO_UPSTREAM ? "request" : "response", "");
    }

    String view(Direction direction) {
        return parameters.getOrDefault(direction.text(), "");
    }

    /** The list's query, which links carry. */
    String query() {
        return parameters.getOrDefault("q", "");
    }
}
