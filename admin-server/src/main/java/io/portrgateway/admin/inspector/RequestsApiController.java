package io.portrgateway.admin.inspector;

import io.portrgateway.admin.exchange.Direction;
import io.portrgateway.admin.exchange.Exchange;
import io.portrgateway.admin.exchange.Exchanges;
import io.portrgateway.admin.exchange.StoredBody;
import io.portrgateway.admin.inspector.RequestJson.FrameJson;
import io.portrgateway.admin.search.ExchangeQuery;
import io.portrgateway.admin.search.ExchangeSearch;
import io.portrgateway.admin.search.QueryProblem;
import io.portrgateway.admin.search.SearchTooSlow;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.web.ApiFailure;
import io.portrgateway.admin.web.ClientAddresses;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Recorded requests in the API: the list, one in full, its parts, and the next one that comes. */
@RestController
final class RequestsApiController {

    private static final int MAX_PAGE_SIZE = 500;
    private static final int MAX_FRAMES = 1_000;
    private static final int DEFAULT_WAIT_SECONDS = 30;
    private static final int MAX_WAIT_SECONDS = 60;

    /** Between two looks of one who waits, however much is told. */
    private static final Duration GATHERING = Duration.ofMillis(50);

    private final ExchangeSearch search;
    private final Exchanges exchanges;
    private final ExchangeFeed feed;
    private final BodyAudit audit;
    private final ClientAddresses addresses;

    RequestsApiController(
            ExchangeSearch search, Exchanges exchanges, ExchangeFeed feed, BodyAudit audit, ClientAddresses addresses) {
        this.search = search;
        this.exchanges = exchanges;
        this.feed = feed;
        this.audit = audit;
        this.addresses = addresses;
    }

    /**
     * A part of the list.
     *
     * @param next the cursor of the next part; null when this is the last
     * @param latest the place of the newest request of all: {@code after} for who waits from now on
     */
    record Page(List<RequestJson> data, @Nullable Long next, long latest) {}

    /** Frames in their order; {@code next} is the last one's number when there are more. */
    record Frames(List<FrameJson> data, @Nullable Integer next) {}

    @GetMapping("/api/v1/requests")
    Page list(
            Member member,
            @RequestParam(name = "q", defaultValue = "") String q,
            @RequestParam(name = "cursor", defaultValue = "") String cursor,
            @RequestParam(name = "limit", defaultValue = "") String limit) {
        ExchangeQuery query = query(q);
        @Nullable Long before = number("cursor", cursor);
        int size = Math.clamp(orElse(number("limit", limit), 50), 1, MAX_PAGE_SIZE);
        long latest = search.newest(member);
        try {
            ExchangeSearch.Page page = search.page(member, query, before, size);
            return new Page(page.exchanges().stream().map(RequestJson::brief).toList(), page.next(), latest);
        } catch (SearchTooSlow slow) {
            throw new ApiFailure(HttpStatus.SERVICE_UNAVAILABLE, slow.text());
        }
    }

    @GetMapping("/api/v1/requests/{id}")
    RequestJson one(Member member, @PathVariable("id") String id) {
        Exchange exchange = find(member, id);
        return RequestJson.full(exchange, body(exchange, Direction.TO_UPSTREAM), body(exchange, Direction.TO_VISITOR));
    }

    /** The octets as they passed. Whatever a service called them, no browser shall show or run them here. */
    @GetMapping("/api/v1/requests/{id}/body/{direction}")
    ResponseEntity<byte[]> body(
            Member member,
            @PathVariable("id") String id,
            @PathVariable("direction") String direction,
            HttpServletRequest request) {
        Direction way = Arrays.stream(Direction.values())
                .filter(one -> one.text().equalsIgnoreCase(direction))
                .findFirst()
                .orElseThrow(() -> ApiFailure.badRequest("direction: expected toUpstream or toVisitor"));
        Exchange exchange = find(member, id);
        StoredBody body = exchanges
                .body(exchange, way)
                .orElseThrow(() -> new ApiFailure(HttpStatus.NOT_FOUND, "nothing of this body was kept"));
        audit.opened(member, exchange, way, addresses.of(request));
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_OCTET_STREAM)
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        "attachment; filename=\"" + exchange.id() + "-" + way.text() + ".bin\"")
                .header("X-Content-Type-Options", "nosniff")
                .header("Content-Security-Policy", "sandbox; default-src 'none'")
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .header("X-Recorded-Content-Type", recorded(exchange, way, "content-type"))
                .header("X-Recorded-Content-Encoding", recorded(exchange, way, "content-encoding"))
                .header("X-Recorded-Bytes", Long.toString(body.totalBytes()))
                .header("X-Recorded-Truncated", Boolean.toString(body.truncated()))
                .body(body.content());
    }

    @GetMapping("/api/v1/requests/{id}/frames")
    Frames frames(
            Member member,
            @PathVariable("id") String id,
            @RequestParam(name = "after", defaultValue = "") String after,
            @RequestParam(name = "limit", defaultValue = "") String limit) {
        int from = Math.clamp(orElse(number("after", after), 0), 0, Integer.MAX_VALUE);
        int size = Math.clamp(orElse(number("limit", limit), 100), 1, MAX_FRAMES);
        List<FrameJson> frames = exchanges.frames(find(member, id), from, size + 1).stream()
                .map(FrameJson::of)
                .toList();
        boolean more = frames.size() > size;
        List<FrameJson> shown = more ? frames.subList(0, size) : frames;
        return new Frames(shown, more ? shown.getLast().number() : null);
    }

    /** The oldest request after {@code after} that the query asks for, as soon as there is one; 204 when the time is over. */
    @GetMapping("/api/v1/requests/wait")
    ResponseEntity<RequestJson> next(
            Member member,
            @RequestParam(name = "q", defaultValue = "") String q,
            @RequestParam(name = "after", defaultValue = "") String after,
            @RequestParam(name = "timeout", defaultValue = "") String timeout)
            throws InterruptedException {
        ExchangeQuery query = query(q);
        @Nullable Long place = number("after", after);
        long seconds = Math.clamp(orElse(number("timeout", timeout), DEFAULT_WAIT_SECONDS), 0, MAX_WAIT_SECONDS);
        Optional<ExchangeFeed.Watcher> watching = feed.watch(member.teamId(), "user:" + member.userId());
        if (watching.isEmpty()) {
            throw new ApiFailure(HttpStatus.SERVICE_UNAVAILABLE, "too many calls are waiting, try again later");
        }
        long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
        try (ExchangeFeed.Watcher watcher = watching.get()) {
            long seen = place == null ? search.newest(member) : place;
            while (true) {
                long newest = search.newest(member);
                List<Exchange> found = newest > seen ? search.after(member, query, seen, 1) : List.of();
                if (!found.isEmpty()) {
                    return ResponseEntity.ok(RequestJson.brief(found.getFirst()));
                }
                seen = Math.max(seen, newest);
                Duration left = Duration.ofNanos(end - System.nanoTime());
                if (left.isNegative() || left.isZero() || !watcher.isOpen()) {
                    return ResponseEntity.noContent().build();
                }
                watcher.gather(left.compareTo(GATHERING) < 0 ? left : GATHERING);
                watcher.await(Duration.ofNanos(end - System.nanoTime()));
            }
        } catch (SearchTooSlow slow) {
            throw new ApiFailure(HttpStatus.SERVICE_UNAVAILABLE, slow.text());
        }
    }

    private Exchange find(Member member, String id) {
        return exchanges
                .find(member, id.toUpperCase(Locale.ROOT))
                .orElseThrow(() -> new ApiFailure(HttpStatus.NOT_FOUND, "there is no such request in this team"));
    }

    private StoredBody body(Exchange exchange, Direction way) {
        return exchanges.body(exchange, way).orElseGet(() -> StoredBody.none(exchange.bytes(way)));
    }

    /** What a header said, as far as it is printable: it goes into a header again. */
    private static String recorded(Exchange exchange, Direction way, String name) {
        String value = exchange.header(way, name).orElse("").replaceAll("[^\\x20-\\x7e]", "?");
        return value.substring(0, Math.min(200, value.length()));
    }

    private static ExchangeQuery query(String text) {
        try {
            return ExchangeQuery.parse(text);
        } catch (QueryProblem wrong) {
            throw ApiFailure.badRequest("q: " + wrong.text());
        }
    }

    private static long orElse(@Nullable Long number, long otherwise) {
        return number == null ? otherwise : number;
    }

    private static @Nullable Long number(String name, String text) {
        try {
            return text.isBlank() ? null : Long.valueOf(text.strip());
        } catch (NumberFormatException notANumber) {
            throw ApiFailure.badRequest(name + ": expected a number");
        }
    }
}
