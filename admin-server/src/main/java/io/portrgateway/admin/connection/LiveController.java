package io.portrgateway.admin.connection;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.portrgateway.admin.account.SignIns;
import io.portrgateway.admin.settings.AdminSettings;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.team.Teams;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Controller;
import org.springframework.transaction.TransactionException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ResponseStatusException;

/**
 * Tells an open page that the team's connections have changed, as server-sent events; the page then asks for itself again, so
 * that filters, order and rights stay in one place. Each stream is one virtual thread that waits.
 */
@Controller
final class LiveController {

    private final LiveFeed feed;
    private final Teams teams;
    private final SignIns signIns;
    private final Duration heartbeat;

    LiveController(LiveFeed feed, Teams teams, SignIns signIns, AdminSettings settings) {
        this.feed = feed;
        this.teams = teams;
        this.signIns = signIns;
        this.heartbeat = settings.tunnels().watchHeartbeat();
    }

    @GetMapping("/{team}/connections/live")
    void live(
            Member member,
            @RequestParam(name = "seen", defaultValue = "") String seen,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        Optional<LiveFeed.Watcher> watching =
                feed.watch(member.teamId(), request.getSession().getId(), seen);
        if (watching.isEmpty()) {
            throw new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE, "too many pages are watching");
        }
        try (LiveFeed.Watcher watcher = watching.get()) {
            response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
            response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
            // nginx would otherwise keep the events back
            response.setHeader("X-Accel-Buffering", "no");
            stream(member, watcher, request, response.getOutputStream());
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private void stream(Member member, LiveFeed.Watcher watcher, HttpServletRequest request, OutputStream out)
            throws IOException, InterruptedException {
        send(out, ": watching\nretry: 1000\n\n");
        long checkedNanos = System.nanoTime();
        while (true) {
            Optional<ConnectionRows.Live> news = watcher.await(heartbeat);
            if (!watcher.isOpen()) {
                return;
            }
            if (news.isEmpty() || System.nanoTime() - checkedNanos > heartbeat.toNanos()) {
                if (!mayGoOn(member, request)) {
                    return;
                }
                checkedNanos = System.nanoTime();
            }
            send(
                    out,
                    news.map(state -> "event: changed\ndata: " + state.count() + "\n\n")
                            .orElse(": still here\n\n"));
        }
    }

    /** Whether the session and the membership are still there; when that cannot be asked, they are. */
    private boolean mayGoOn(Member member, HttpServletRequest request) {
        try {
            return signIns.isStillSignedIn(request)
                    && teams.member(member.userId(), member.teamSlug()).isPresent();
        } catch (DataAccessException | TransactionException away) {
            return true;
        }
    }

    private static void send(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(UTF_8));
        out.flush();
    }
}
