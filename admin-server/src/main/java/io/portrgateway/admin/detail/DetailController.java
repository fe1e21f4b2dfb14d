package io.portrgateway.admin.detail;

import io.portrgateway.admin.exchange.Direction;
import io.portrgateway.admin.exchange.Exchange;
import io.portrgateway.admin.exchange.Exchanges;
import io.portrgateway.admin.exchange.StoredBody;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.web.Ulid;
import io.portrgateway.admin.webhook.Verdict;
import io.portrgateway.admin.webhook.Webhooks;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ResponseStatusException;

/** One recorded exchange: its page, the part of it that stands beside the list, and its bodies. */
@Controller
final class DetailController {

    private static final String ONE = "/{team}/requests/{id:" + Ulid.PATTERN + "}";
    private static final String BODY = ONE + "/body/{direction:toUpstream|toVisitor}";

    private final Exchanges exchanges;
    private final Bodies bodies;
    private final BodyParts parts;
    private final Neighbours neighbours;
    private final ExchangePages pages;
    private final Webhooks webhooks;

    DetailController(
            Exchanges exchanges,
            Bodies bodies,
            BodyParts parts,
            Neighbours neighbours,
            ExchangePages pages,
            Webhooks webhooks) {
        this.exchanges = exchanges;
        this.bodies = bodies;
        this.parts = parts;
        this.neighbours = neighbours;
        this.pages = pages;
        this.webhooks = webhooks;
    }

    /** The page; for htmx only its main part, which the list shows beside itself. */
    @GetMapping(ONE)
    String show(
            Member member,
            @PathVariable("id") String id,
            @RequestParam Map<String, String> parameters,
            @RequestHeader(name = "HX-Request", required = false) @Nullable String htmx,
            HttpServletResponse response,
            Model model) {
        Exchange exchange = find(member, id);
        Looks looks = new Looks(parameters);
        response.addHeader(HttpHeaders.VARY, "HX-Request");
        pages.fill(
                model,
                exchange,
                neighbours.owner(exchange).orElse(null),
                base(member, id),
                looks,
                (direction, view) -> bodies.view(exchange, direction, view, 0));
        model.addAttribute("webhook", verdict(member, exchange).orElse(null));
        model.addAttribute("shared", false);
        model.addAttribute("alone", htmx == null);
        if (htmx != null) {
            return "detail/one :: pane";
        }
        model.addAttribute(
                "newer", neighbours.newer(member, exchange, looks.query()).orElse(null));
        model.addAttribute(
                "older", neighbours.older(member, exchange, looks.query()).orElse(null));
        return "detail/one";
    }

    /** A body's bytes: pictures to look at, anything else to keep. */
    @GetMapping(BODY)
    ResponseEntity<byte[]> body(
            Member member,
            @PathVariable("id") String id,
            @PathVariable("direction") String direction,
            @RequestParam Map<String, String> parameters) {
        Exchange exchange = find(member, id);
        return bodies.content(exchange, direction(direction))
                .map(content -> BodyDownload.of(content, id, direction(direction), parameters.containsKey("raw")))
                .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
    }

    /** A part of the page: a body in another way, the next piece of it, or a branch of its tree. */
    @GetMapping(BODY + "/view")
    String view(
            Member member,
            @PathVariable("id") String id,
            @PathVariable("direction") String direction,
            @RequestParam Map<String, String> parameters,
            Model model) {
        Exchange exchange = find(member, id);
        model.addAttribute("base", base(member, id));
        return parts.show(exchange, direction(direction), parameters, model);
    }

    /** What is to be said of a webhook's signature; the body is read only for one. */
    private Optional<WebhookView> verdict(Member member, Exchange exchange) {
        if (webhooks.provider(exchange.requestHeaders()).isEmpty()) {
            return Optional.empty();
        }
        StoredBody body = exchanges
                .body(exchange, Direction.TO_UPSTREAM)
                .orElseGet(() -> StoredBody.none(exchange.requestBytes()));
        return webhooks.check(exchange, body)
                .map(verdict -> new WebhookView(
                        verdict,
                        verdict.finding() == Verdict.Finding.NO_SECRET
                                        && exchange.membershipId() == member.membershipId()
                                ? "/" + member.teamSlug() + "/webhooks?tunnel=" + exchange.subdomain() + "&provider="
                                        + verdict.provider().code()
                                : null));
    }

    /**
     * A webhook's signature.
     *
     * @param addSecret where the reader, whose tunnel it is, can store a secret; null when there is no need to
     */
    record WebhookView(Verdict verdict, @Nullable String addSecret) {}

    private Exchange find(Member member, String id) {
        return exchanges.find(member, id).orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
    }

    private static String base(Member member, String id) {
        return "/" + member.teamSlug() + "/requests/" + id;
    }

    static Direction direction(String text) {
        return text.equals(Direction.TO_UPSTREAM.text()) ? Direction.TO_UPSTREAM : Direction.TO_VISITOR;
    }
}
