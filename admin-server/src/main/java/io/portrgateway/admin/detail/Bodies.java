package io.portrgateway.admin.detail;

import io.portrgateway.admin.body.Content;
import io.portrgateway.admin.exchange.Direction;
import io.portrgateway.admin.exchange.Exchange;
import io.portrgateway.admin.exchange.Exchanges;
import io.portrgateway.admin.exchange.StoredBody;
import io.portrgateway.admin.web.Format;
import java.util.Optional;
import org.springframework.stereotype.Service;

/** Fetches the bodies of an exchange and makes them readable. Thread-safe. */
@Service
class Bodies {

    private final Exchanges exchanges;
    private final Format format;

    Bodies(Exchanges exchanges, Format format) {
        this.exchanges = exchanges;
        this.format = format;
    }

    /** The body that went this way; nothing when none was kept. */
    Optional<Content> content(Exchange exchange, Direction direction) {
        return exchanges
                .body(exchange, direction)
                .filter(body -> body.content().length > 0)
                .map(body -> content(exchange, direction, body));
    }

    private static Content content(Exchange exchange, Direction direction, StoredBody body) {
        return Content.of(
                body,
                exchange.header(direction, "content-type").orElse(null),
                exchange.header(direction, "content-encoding").orElse(null));
    }

    /** The body looked at in one way, from one place on. */
    BodyView view(Exchange exchange, Direction direction, String wanted, long from) {
        return content(exchange, direction)
                .map(content -> BodyView.of(direction, content, wanted, from, format))
                .orElseGet(() -> BodyView.none(direction, why(exchange, direction)));
    }

    private String why(Exchange exchange, Direction direction) {
        long bytes = exchange.bytes(direction);
        if (exchange.isUnreadable()) {
            return "It is encrypted with a key that this server does not have any more.";
        }
        if (exchange.isUpgraded()) {
            return "The connection was upgraded: what passed then is not a body.";
        }
        if (bytes > 0 && exchange.isUnreadable()) {
            return format.bytes(bytes)
                    + " passed. If they were recorded, they are encrypted, and their key is missing here.";
        }
        if (bytes > 0) {
            return format.bytes(bytes) + " passed, but none of it was recorded.";
        }
        return exchange.isOpen() && direction == Direction.TO_VISITOR ? "Nothing has come yet." : "No body.";
    }
}
