package io.portrgateway.admin.detail;

import io.portrgateway.admin.body.Content;
import io.portrgateway.admin.exchange.Direction;
import io.portrgateway.admin.exchange.Exchange;
import io.portrgateway.admin.web.ClientAddresses;
import io.portrgateway.admin.web.RateLimits;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ResponseStatusException;

/** One request as somebody sees it who has a link and no account: without its people, and without what was hidden. */
@Controller
final class PublicController {

    static final String PATH = "/share/";

    private static final String ONE = PATH + "{token}";
    private static final String BODY = ONE + "/body/{direction:toUpstream|toVisitor}";

    private final ShareLinks links;
    private final Bodies bodies;
    private final BodyParts parts;
    private final Messages messages;
    private final ExchangePages pages;
    private final ViewedBodies audit;
    private final RateLimits limits;
    private final ClientAddresses addresses;

    PublicController(
            ShareLinks links,
            Bodies bodies,
            BodyParts parts,
            Messages messages,
            ExchangePages pages,
            ViewedBodies audit,
            RateLimits limits,
            ClientAddresses addresses) {
        this.links = links;
        this.bodies = bodies;
        this.parts = parts;
        this.messages = messages;
        this.pages = pages;
        this.audit = audit;
        this.limits = limits;
        this.addresses = addresses;
    }

    @GetMapping(ONE)
    String show(
            @PathVariable("token") String token,
            @RequestParam Map<String, String> parameters,
            HttpServletRequest request,
            HttpServletResponse response,
            Model model) {
        guard(request, response);
        Optional<ShareLinks.Shared> found = links.find(token);
        if (found.isEmpty()) {
            response.setStatus(HttpStatus.NOT_FOUND.value());
            return "detail/gone";
        }
        ShareLinks.Shared shared = found.get();
        Exchange recorded = shared.recorded();
        boolean shown = pages.fill(
                model,
                shared.shown(),
                null,
                PATH + token,
                new Looks(parameters),
                (direction, view) -> shared.showsBodies()
                        ? bodies.view(recorded, direction, view, 0)
                        : BodyView.none(direction, "Whoever shared this chose not to show bodies."));
        boolean stream = shared.showsBodies() && messages.has(recorded);
        if (shown || stream) {
            audit.viewedByLink(recorded, addresses.of(request));
        }
        model.addAttribute("streams", stream);
        model.addAttribute("shared", true);
        model.addAttribute("alone", true);
        model.addAttribute("expiresAt", shared.expiresAt());
        return "detail/shared";
    }

    @GetMapping(BODY)
    ResponseEntity<byte[]> body(
            @PathVariable("token") String token,
            @PathVariable("direction") String direction,
            HttpServletRequest request,
            HttpServletResponse response) {
        Exchange exchange = withBodies(token, request, response);
        Content content = bodies.content(exchange, Direction.of(direction)).orElseThrow(PublicController::notFound);
        return BodyDownload.of(content, exchange.id(), Direction.of(direction), false);
    }

    @GetMapping(BODY + "/view")
    String view(
            @PathVariable("token") String token,
            @PathVariable("direction") String direction,
            @RequestParam Map<String, String> parameters,
            HttpServletRequest request,
            HttpServletResponse response,
            Model model) {
        Exchange exchange = withBodies(token, request, response);
        model.addAttribute("base", PATH + token);
        return parts.show(exchange, Direction.of(direction), parameters, model);
    }

    @GetMapping(ONE + "/messages")
    String messages(
            @PathVariable("token") String token,
            @RequestParam Map<String, String> parameters,
            HttpServletRequest request,
            HttpServletResponse response,
            Model model) {
        Exchange exchange = withBodies(token, request, response);
        model.addAttribute("base", PATH + token);
        return messages.show(exchange, parameters, model);
    }

    @GetMapping(ONE + "/messages/{number:[0-9]{1,9}}")
    String message(
            @PathVariable("token") String token,
            @PathVariable("number") int number,
            HttpServletRequest request,
            HttpServletResponse response,
            Model model) {
        return messages.one(withBodies(token, request, response), number, model);
    }

    private Exchange withBodies(String token, HttpServletRequest request, HttpServletResponse response) {
        guard(request, response);
        Exchange exchange = links.find(token)
                .filter(ShareLinks.Shared::showsBodies)
                .map(ShareLinks.Shared::recorded)
                .orElseThrow(PublicController::notFound);
        audit.viewedByLink(exchange, addresses.of(request));
        return exchange;
    }

    /** Not for search engines; that nothing is stored and that no address is passed on, all pages say. */
    private void guard(HttpServletRequest request, HttpServletResponse response) {
        limits.countShared(request).ifPresent(wait -> {
            response.setHeader(HttpHeaders.RETRY_AFTER, Long.toString(wait.toSeconds() + 1));
            throw new ResponseStatusException(HttpStatus.TOO_MANY_REQUESTS);
        });
        response.setHeader("X-Robots-Tag", "noindex, nofollow");
    }

    private static ResponseStatusException notFound() {
        return new ResponseStatusException(HttpStatus.NOT_FOUND);
    }
}
