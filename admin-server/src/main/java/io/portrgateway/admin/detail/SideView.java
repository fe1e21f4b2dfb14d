package io.portrgateway.admin.detail;

import io.portrgateway.admin.body.Visible;
import io.portrgateway.admin.exchange.Direction;
import io.portrgateway.admin.exchange.Exchange;
import io.portrgateway.admin.exchange.HeaderField;
import java.util.List;
import org.springframework.http.HttpStatus;

/**
 * One of the two sides: what the visitor sent, or what they got. Immutable.
 *
 * @param key {@code request} or {@code response}
 * @param tab the tab that is open
 */
record SideView(
        String key,
        String title,
        String direction,
        HeadView head,
        String raw,
        HeadView trailers,
        BodyView body,
        String tab) {

    static SideView of(Exchange exchange, Direction direction, BodyView body, String wantedTab) {
        boolean request = direction == Direction.TO_UPSTREAM;
        List<HeaderField> trailers = request ? exchange.requestTrailers() : exchange.responseTrailers();
        int question = exchange.target().indexOf('?');
        String query = !request || question < 0 ? "" : exchange.target().substring(question + 1);
        boolean known = List.of("headers", "body", "raw").contains(wantedTab)
                || (wantedTab.equals("trailers") && !trailers.isEmpty());
        return new SideView(
                request ? "request" : "response",
                request ? "Request" : "Response",
                direction.text(),
                HeadView.of(exchange.headers(direction), query),
                raw(exchange, direction),
                HeadView.of(trailers, ""),
                body,
                known ? wantedTab : body.downloadable() ? "body" : "headers");
    }

    /** The head as it was, line by line. */
    static String raw(Exchange exchange, Direction direction) {
        StringBuilder raw = new StringBuilder();
        if (direction == Direction.TO_UPSTREAM) {
            raw.append(Visible.field(exchange.method() + " " + exchange.target()))
                    .append(' ')
                    .append(ExchangeView.protocol(exchange))
                    .append('\n');
            if (exchange.header(direction, "host").isEmpty()) {
                raw.append(":authority: ")
                        .append(Visible.field(exchange.authority()))
                        .append('\n');
            }
        } else if (exchange.status() == null) {
            return "";
        } else {
            raw.append(ExchangeView.protocol(exchange)).append(' ').append(exchange.status());
            HttpStatus known = HttpStatus.resolve(exchange.status());
            raw.append(known == null ? "" : " " + known.getReasonPhrase()).append('\n');
        }
        for (HeaderField field : exchange.headers(direction)) {
            raw.append(Visible.field(field.name()))
                    .append(": ")
                    .append(Visible.field(field.value()))
                    .append('\n');
        }
        return raw.toString();
    }
}
