package io.portrgateway.admin.inspector;

import io.portrgateway.admin.clientconfig.ClientConfigs;
import io.portrgateway.admin.search.ExchangeQuery;
import io.portrgateway.admin.search.ExchangeSearch;
import io.portrgateway.admin.search.QueryProblem;
import io.portrgateway.admin.search.SearchTooSlow;
import io.portrgateway.admin.settings.AdminSettings;
import io.portrgateway.admin.settings.PublicAddresses;
import io.portrgateway.admin.team.Member;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import tools.jackson.databind.json.JsonMapper;

/** The list of a team's requests: what the query asks for, newest first, page by page. */
@Controller
final class RequestsController {

    private static final int PAGE_SIZE = 100;
    private static final JsonMapper JSON = new JsonMapper();

    /** One press each, in the order of the page. */
    private static final List<Quick> QUICK = List.of(
            new Quick("Errors", "status:>=400"),
            new Quick("5xx", "status:5xx"),
            new Quick("Failed", "is:failed"),
            new Quick("Open", "is:open"),
            new Quick("Replays", "is:replay"),
            new Quick("WebSocket", "is:websocket"),
            new Quick("Slow", "duration:>1s"),
            new Quick("Mine", "member:me"));

    private final ExchangeSearch search;
    private final RequestRows rows;
    private final ClientConfigs configs;
    private final PublicAddresses addresses;

    RequestsController(ExchangeSearch search, RequestRows rows, ClientConfigs configs, AdminSettings settings) {
        this.search = search;
        this.rows = rows;
        this.configs = configs;
        this.addresses = settings.publicAddresses();
    }

    private record Quick(String label, String term) {}

    /** A quick filter as the page shows it. */
    record Filter(String label, String href, boolean set) {}

    @GetMapping("/{team}/requests")
    String list(
            Member member,
            @RequestParam(name = "q", defaultValue = "") String q,
            @RequestParam(name = "before", required = false) @Nullable String before,
            Model model,
            HttpServletResponse response) {
        ExchangeQuery query = ExchangeQuery.ALL;
        @Nullable String problem = null;
        // before the search, so that nothing falls between the page and its stream
        long newest = search.newest(member);
        ExchangeSearch.Page page = new ExchangeSearch.Page(List.of(), null);
        @Nullable Long cursor = cursor(before);
        try {
            query = ExchangeQuery.parse(q);
            page = search.page(member, query, cursor, PAGE_SIZE);
        } catch (QueryProblem wrong) {
            response.setStatus(HttpStatus.BAD_REQUEST.value());
            problem = wrong.text();
        } catch (SearchTooSlow slow) {
            problem = slow.text();
        }
        String base = "/" + member.teamSlug() + "/requests";
        boolean first = cursor == null;
        model.addAttribute("q", problem == null ? query.text() : q);
        model.addAttribute("problem", problem);
        model.addAttribute("rows", rows.of(member, query, page.exchanges()));
        model.addAttribute("first", first);
        model.addAttribute("older", page.next() == null ? null : base + parameters(query.text(), page.next()));
        model.addAttribute("newer", base + parameters(query.text(), null));
        model.addAttribute("live", first && problem == null ? base + "/live" : null);
        model.addAttribute("newest", newest);
        model.addAttribute("filters", filters(query, base));
        model.addAttribute("proposals", JSON.writeValueAsString(rows.proposals(member)));
        model.addAttribute("mode", rows.mode(member));
        // of all, and not of those that are asked for
        model.addAttribute("nothingYet", newest == 0);
        model.addAttribute("commands", configs.commands(member, ""));
        model.addAttribute("curl", "curl " + addresses.tunnelUrl("myapp") + "/hello");
        return "inspector/requests";
    }

    private static List<Filter> filters(ExchangeQuery query, String base) {
        return QUICK.stream()
                .map(quick -> new Filter(quick.label(), base + toggled(query, quick.term()), query.has(quick.term())))
                .toList();
    }

    private static String toggled(ExchangeQuery query, String term) {
        try {
            return parameters(query.toggled(term).text(), null);
        } catch (QueryProblem tooLong) {
            return parameters(term, null);
        }
    }

    private static String parameters(String query, @Nullable Long cursor) {
        String q = query.isEmpty() ? "" : "q=" + URLEncoder.encode(query, StandardCharsets.UTF_8);
        String before = cursor == null ? "" : "before=" + cursor;
        String both = q + (q.isEmpty() || before.isEmpty() ? "" : "&") + before;
        return both.isEmpty() ? "" : "?" + both;
    }

    /** What makes no sense is the first page. */
    private static @Nullable Long cursor(@Nullable String text) {
        try {
            return text == null || text.isBlank() ? null : Long.valueOf(text.strip());
        } catch (NumberFormatException notANumber) {
            return null;
        }
    }
}
