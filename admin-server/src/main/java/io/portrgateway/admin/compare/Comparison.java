package io.portrgateway.admin.compare;

import io.portrgateway.admin.body.Visible;
import io.portrgateway.admin.exchange.Direction;
import io.portrgateway.admin.exchange.Exchange;
import io.portrgateway.admin.web.Format;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Everything about two exchanges that the page shows. Immutable. */
record Comparison(List<BodyDiff.Fact> summary, Part response, Part request) {

    Comparison {
        summary = List.copyOf(summary);
    }

    /** One direction; trailers are null where neither has any. */
    record Part(
            String title,
            String id,
            HeaderDiff headers,
            @Nullable HeaderDiff trailers,
            BodyDiff body) {

        public boolean isSame() {
            return headers.isSame() && (trailers == null || trailers.isSame()) && body.same();
        }
    }

    static Comparison of(Side first, Side second, Format format) {
        return new Comparison(
                summary(first.exchange(), second.exchange(), format),
                part("Response", Direction.TO_VISITOR, first, second, format),
                part("Request", Direction.TO_UPSTREAM, first, second, format));
    }

    private static Part part(String title, Direction direction, Side first, Side second, Format format) {
        Exchange one = first.exchange();
        Exchange other = second.exchange();
        boolean response = direction == Direction.TO_VISITOR;
        HeaderDiff trailers = HeaderDiff.of(
                response ? one.responseTrailers() : one.requestTrailers(),
                response ? other.responseTrailers() : other.requestTrailers());
        return new Part(
                title,
                title.toLowerCase(Locale.ROOT),
                HeaderDiff.of(one.headers(direction), other.headers(direction)),
                trailers.rows().isEmpty() ? null : trailers,
                BodyDiff.of(first.body(direction), second.body(direction), format));
    }

    private static List<BodyDiff.Fact> summary(Exchange one, Exchange other, Format format) {
        List<BodyDiff.Fact> facts = new ArrayList<>();
        facts.add(new BodyDiff.Fact(
                "Request line",
                Visible.field(one.method() + " " + one.target()),
                Visible.field(other.method() + " " + other.target())));
        facts.add(new BodyDiff.Fact("Status", status(one), status(other)));
        facts.add(new BodyDiff.Fact(
                "Duration", milliseconds(one.durationMicros()), milliseconds(other.durationMicros())));
        facts.add(new BodyDiff.Fact(
                "First byte after", milliseconds(one.firstByteMicros()), milliseconds(other.firstByteMicros())));
        facts.add(new BodyDiff.Fact(
                "Request body", format.bytes(one.requestBytes()), format.bytes(other.requestBytes())));
        facts.add(new BodyDiff.Fact(
                "Response body", format.bytes(one.responseBytes()), format.bytes(other.responseBytes())));
        facts.add(new BodyDiff.Fact("Host", Visible.field(one.authority()), Visible.field(other.authority())));
        facts.add(new BodyDiff.Fact("Visitor", one.visitorAddress(), other.visitorAddress()));
        facts.add(new BodyDiff.Fact("Protocol", protocol(one), protocol(other)));
        facts.add(new BodyDiff.Fact("Recorded", format.readable(one.startedAt()), format.readable(other.startedAt())));
        return facts;
    }

    private static String status(Exchange exchange) {
        String status =
                exchange.status() == null ? "no answer" : exchange.status().toString();
        return exchange.isCompleted()
                ? status
                : status + ", " + exchange.outcome().replace('-', ' ');
    }

    private static String protocol(Exchange exchange) {
        return "HTTP/" + exchange.httpVersion() + (exchange.tls() == null ? "" : ", " + exchange.tls());
    }

    private static String milliseconds(@Nullable Long micros) {
        return micros == null ? "–" : String.format(Locale.ROOT, "%.1f ms", micros / 1000.0);
    }
}
