package io.portrgateway.admin.connection;

import io.portrgateway.admin.connection.ConnectionFilter.Cursor;
import io.portrgateway.admin.connection.ConnectionFilter.WrongParameter;
import io.portrgateway.admin.settings.AdminSettings;
import io.portrgateway.admin.settings.PublicAddresses;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.web.ClientAddresses;
import io.portrgateway.admin.web.Format;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The list of a team's connections, one of them in full, and their end. */
@Controller
final class ConnectionsController {

    private static final int PAGE_SIZE = 50;
    private static final int HISTORY = 20;

    private final ConnectionSearch search;
    private final Connections connections;
    private final Disconnects disconnects;
    private final TeamOwners owners;
    private final ClientAddresses addresses;
    private final PublicAddresses publicAddresses;
    private final Duration hold;
    private final Format format;
    private final InstantSource clock;

    ConnectionsController(
            ConnectionSearch search,
            Connections connections,
            Disconnects disconnects,
            TeamOwners owners,
            ClientAddresses addresses,
            AdminSettings settings,
            Format format,
            InstantSource clock) {
        this.search = search;
        this.connections = connections;
        this.disconnects = disconnects;
        this.owners = owners;
        this.addresses = addresses;
        this.publicAddresses = settings.publicAddresses();
        this.hold = settings.tunnels().disconnectHold();
        this.format = format;
        this.clock = clock;
    }

    @GetMapping("/{team}/connections")
    String list(
            Member member, @RequestParam Map<String, String> parameters, Model model, HttpServletResponse response) {
        ConnectionFilter filter;
        try {
            filter = ConnectionFilter.of(parameters);
        } catch (WrongParameter wrong) {
            response.setStatus(HttpStatus.BAD_REQUEST.value());
            model.addAttribute("noticeBad", wrong.getMessage());
            filter = ConnectionFilter.of(Map.of());
        }
        ConnectionRows.Live state = connections.state(member.teamId());
        ConnectionSearch.Found found = search.find(member.teamId(), filter, PAGE_SIZE);
        Optional<Disconnects.Owner> owner = filter.member
                .filter(id -> Disconnects.mayEnd(member, id))
                .flatMap(id -> disconnects.owner(member.teamId(), id))
                .filter(one -> one.liveCount() > 0);
        model.addAttribute("filter", filter);
        model.addAttribute("rows", views(found.rows(), member));
        model.addAttribute("next", link(filter, found.next()));
        model.addAttribute("previous", link(filter, found.previous()));
        model.addAttribute("count", found.count());
        model.addAttribute("countLimit", ConnectionSearch.COUNT_LIMIT);
        model.addAttribute("liveCount", state.count());
        model.addAttribute("seen", state.fingerprint());
        model.addAttribute("owners", owners.of(member.teamId()));
        model.addAttribute("cuttable", owner.orElse(null));
        addHold(model);
        return "connection/list";
    }

    @GetMapping("/{team}/connections/{id:[0-9A-Z]{26}}")
    String one(Member member, @PathVariable("id") String id, Model model) {
        ConnectionRow row =
                search.byId(member.teamId(), id).orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
        model.addAttribute("one", ConnectionView.of(row, publicAddresses, member, format, clock.instant()));
        model.addAttribute("history", views(search.sameName(member.teamId(), row, HISTORY), member));
        model.addAttribute("seen", connections.state(member.teamId()).fingerprint());
        addHold(model);
        return "connection/one";
    }

    @PostMapping("/{team}/connections/{id:[0-9A-Z]{26}}/disconnect")
    String disconnect(
            Member member,
            @PathVariable("id") String id,
            @RequestParam Map<String, String> parameters,
            HttpServletRequest request,
            RedirectAttributes flash) {
        tell(disconnects.one(member, id, addresses.of(request)), "The tunnel is being disconnected.", flash);
        String path = "/" + member.teamSlug() + "/connections";
        return "redirect:" + path + (parameters.containsKey("stay") ? "/" + id : query(parameters));
    }

    @PostMapping("/{team}/connections/members/{membership}/disconnect")
    String disconnectAll(
            Member member,
            @PathVariable("membership") long membershipId,
            @RequestParam Map<String, String> parameters,
            HttpServletRequest request,
            RedirectAttributes flash) {
        tell(
                disconnects.all(member, membershipId, addresses.of(request)),
                "All tunnels of this member are being disconnected.",
                flash);
        return "redirect:/" + member.teamSlug() + "/connections" + query(parameters);
    }

    private static void tell(Disconnects.Result result, String done, RedirectAttributes flash) {
        switch (result) {
            case DONE -> flash.addFlashAttribute("notice", done);
            case NOT_LIVE -> flash.addFlashAttribute("notice", "This tunnel had ended before.");
            case UNKNOWN -> throw new ResponseStatusException(HttpStatus.NOT_FOUND);
            case FORBIDDEN -> throw new ResponseStatusException(HttpStatus.FORBIDDEN);
        }
    }

    /** Back to the list as it was; what makes no sense is left out. */
    private static String query(Map<String, String> parameters) {
        try {
            return ConnectionFilter.of(parameters).query();
        } catch (WrongParameter wrong) {
            return "";
        }
    }

    private List<ConnectionView> views(List<ConnectionRow> rows, Member reader) {
        Instant now = clock.instant();
        return rows.stream()
                .map(row -> ConnectionView.of(row, publicAddresses, reader, format, now))
                .toList();
    }

    private static @Nullable String link(ConnectionFilter filter, Optional<Cursor> cursor) {
        return cursor.map(place -> filter.with(place.forward() ? "after" : "before", place.text())
                        .query())
                .orElse(null);
    }

    /** For how long a disconnected client is kept away, in words; null when it is not. */
    private void addHold(Model model) {
        model.addAttribute("hold", hold.isZero() ? null : inWords(hold));
    }

    private static String inWords(Duration duration) {
        long seconds = Math.max(1, duration.toSeconds());
        return seconds % 60 == 0 ? count(seconds / 60, "minute") : count(seconds, "second");
    }

    private static String count(long number, String unit) {
        return String.format(Locale.ROOT, "%d %s%s", number, unit, number == 1 ? "" : "s");
    }
}
