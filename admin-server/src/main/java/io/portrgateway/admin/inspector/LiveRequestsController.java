package io.portrgateway.admin.inspector;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.portrgateway.admin.account.SignIns;
import io.portrgateway.admin.exchange.Exchange;
import io.portrgateway.admin.search.ExchangeQuery;
import io.portrgateway.admin.search.ExchangeSearch;
import io.portrgateway.admin.search.QueryProblem;
import io.portrgateway.admin.search.SearchTooSlow;
import io.portrgateway.admin.settings.AdminSettings;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.team.Teams;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Controller;
import org.springframework.transaction.TransactionException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ResponseStatusException;

/**
 * Sends an open list its new rows as server-sent events. An event's id is the place in the order of all exchanges up to which
 * the page has seen what it asks for; whoever comes back with it gets what was missed, or is told to load the list again when
 * that is too much. Each stream is one virtual thread that waits.
 */
@Controller
final class LiveRequestsController {

    /** More than this is not sent row by row: the page shows no more anyway. */
    static final int CATCH_UP = 300;

    private static final int ROWS_PER_EVENT = 100;

    /** Between two events, so that a busy tunnel costs a page twenty of them a second and not thousands. */
    private static final Duration GATHERING = Duration.ofMillis(50);

    private final ExchangeFeed feed;
    private final ExchangeSearch search;
    private final RequestRows rows;
    private final Teams teams;
    private final SignIns signIns;
    private final Duration heartbeat;

    LiveRequestsController(
            ExchangeFeed feed,
            ExchangeSearch search,
            RequestRows rows,
            Teams teams,
            SignIns signIns,
            AdminSettings settings) {
        this.feed = feed;
        this.search = search;
        this.rows = rows;
        this.teams = teams;
        this.signIns = signIns;
        this.heartbeat = settings.tunnels().watchHeartbeat();
    }

    @GetMapping("/{team}/requests/live")
    void live(
            Member member,
            @RequestParam(name = "q", defaultValue = "") String q,
            @RequestParam(name = "after", defaultValue = "") String after,
            @RequestHeader(name = "Last-Event-ID", defaultValue = "") String lastEventId,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        ExchangeQuery query;
        try {
            query = ExchangeQuery.parse(q);
        } catch (QueryProblem wrong) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST, wrong.text());
        }
        Optional<ExchangeFeed.Watcher> watching =
                feed.watch(member.teamId(), request.getSession().getId());
        if (watching.isEmpty()) {
            throw new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE, "too many pages are watching");
        }
        try (ExchangeFeed.Watcher watcher = watching.get()) {
            @Nullable Long seen = number(lastEventId);
            @Nullable Long asked = seen == null ? number(after) : seen;
            long from = asked == null ? search.newest(member) : asked;
            response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
            response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
            // nginx would otherwise keep the events back
            response.setHeader("X-Accel-Buffering", "no");
            new Stream(member, query, watcher, request, response.getOutputStream()).run(from);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    /** One open page. Confined to its thread. */
    private final class Stream {

        private final Member member;
        private final ExchangeQuery query;
        private final ExchangeFeed.Watcher watcher;
        private final HttpServletRequest request;
        private final OutputStream out;
        private long seen;

        Stream(
                Member member,
                ExchangeQuery query,
                ExchangeFeed.Watcher watcher,
                HttpServletRequest request,
                OutputStream out) {
            this.member = member;
            this.query = query;
            this.watcher = watcher;
            this.request = request;
            this.out = out;
        }

        void run(long from) throws IOException, InterruptedException {
            seen = from;
            send(": watching\nretry: 1000\n\n");
            long checkedNanos = System.nanoTime();
            boolean told = true;
            while (watcher.isOpen()) {
                if (System.nanoTime() - checkedNanos > heartbeat.toNanos()) {
                    if (!mayGoOn()) {
                        return;
                    }
                    checkedNanos = System.nanoTime();
                    // the id without data moves the place of who comes back
                    send(": still here\nid: " + seen + "\n\n");
                }
                if (told) {
                    look();
                    watcher.gather(GATHERING);
                }
                told = watcher.await(heartbeat);
            }
        }

        private void look() throws IOException {
            try {
                // asked first: what comes in between is found, and asked for again is nothing
                long newest = search.newest(member);
                List<Exchange> found = newest > seen ? search.after(member, query, seen, CATCH_UP + 1) : List.of();
                if (found.size() > CATCH_UP) {
                    seen = newest;
                    send("event: reload\nid: " + seen + "\ndata: more than " + CATCH_UP + "\n\n");
                    return;
                }
                for (int i = 0; i < found.size(); i += ROWS_PER_EVENT) {
                    List<Exchange> part = found.subList(i, Math.min(found.size(), i + ROWS_PER_EVENT));
                    seen = part.getLast().seq();
                    send(event(rows.html(member, query, part)));
                }
                seen = Math.max(seen, newest);
            } catch (SearchTooSlow far) {
                seen = search.newest(member);
                send("event: reload\nid: " + seen + "\ndata: too far back\n\n");
            } catch (DataAccessException | TransactionException away) {
                // what was not read now is read when it is told of the next time
            }
        }

        private String event(String html) {
            StringBuilder event =
                    new StringBuilder("event: rows\nid: ").append(seen).append('\n');
            html.lines().forEach(line -> event.append("data: ").append(line).append('\n'));
            return event.append('\n').toString();
        }

        /** Whether the session and the membership are still there; when that cannot be asked, they are. */
        private boolean mayGoOn() {
            try {
                return signIns.isStillSignedIn(request)
                        && teams.member(member.userId(), member.teamSlug()).isPresent();
            } catch (DataAccessException | TransactionException away) {
                return true;
            }
        }

        private void send(String text) throws IOException {
            out.write(text.getBytes(UTF_8));
            out.flush();
        }
    }

    private static @Nullable Long number(String text) {
        try {
            return text.isBlank() ? null : Long.valueOf(text.strip());
        } catch (NumberFormatException notANumber) {
            return null;
        }
    }
}
