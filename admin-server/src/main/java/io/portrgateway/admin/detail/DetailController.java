package io.portrgateway.admin.detail;

import io.portrgateway.admin.body.Content;
import io.portrgateway.admin.exchange.Direction;
import io.portrgateway.admin.exchange.Exchange;
import io.portrgateway.admin.exchange.Exchanges;
import io.portrgateway.admin.exchange.StoredBody;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.web.ClientAddresses;
import io.portrgateway.admin.web.Ulid;
import io.portrgateway.admin.webhook.Verdict;
import io.portrgateway.admin.webhook.Webhooks;
import jakarta.servlet.http.HttpServletRequest;
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

/** One recorded exchange: its page, the part of it that stands beside the list, its bodies and messages. */
@Controller
final class DetailController {

    static final String ONE = "/{team}/requests/{id:" + Ulid.PATTERN + "}";

    private static final String BODY = ONE + "/body/{direction:toUpstream|toVisitor}";

    private final Exchanges exchanges;
    private final Bodies bodies;
    private final BodyParts parts;
    private final Messages messages;
    private final Neighbours neighbours;
    private final ShareLinks links;
    private final ExchangePages pages;
    private final Webhooks webhooks;
    private final ViewedBodies audit;
    private final ClientAddresses addresses;

    DetailController(
            Exchanges exchanges,
            Bodies bodies,
            BodyParts parts,
            Messages messages,
            Neighbours neighbours,
            ShareLinks links,
            ExchangePages pages,
            ViewedBodies audit,
            ClientAddresses addresses,
            Webhooks webhooks) {
        this.exchanges = exchanges;
        this.bodies = bodies;
        this.parts = parts;
        this.messages = messages;
        this.neighbours = neighbours;
        this.links = links;
        this.pages = pages;
        this.webhooks = webhooks;
        this.audit = audit;
        this.addresses = addresses;
    }

    /** The page; for htmx only its main part, which the list shows beside itself. */
    @GetMapping(ONE)
    String show(
            Member member,
            @PathVariable("id") String id,
            @RequestParam Map<String, String> parameters,
            @RequestHeader(name = "HX-Request", required = false) @Nullable String htmx,
            HttpServletRequest request,
            HttpServletResponse response,
            Model model) {
        Exchange exchange = find(member, id);
        Looks looks = new Looks(parameters);
        response.addHeader(HttpHeaders.VARY, "HX-Request");
        boolean shown = pages.fill(
                model,
                exchange,
                neighbours.owner(exchange).orElse(null),
                base(member, id),
                looks,
                (direction, view) -> bodies.view(exchange, direction, view, 0));
        model.addAttribute("webhook", verdict(member, exchange).orElse(null));
        boolean stream = messages.has(exchange);
        if (shown || stream) {
            audit.viewed(member, exchange, addresses.of(request));
        }
        model.addAttribute("streams", stream);
        model.addAttribute("shared", false);
        model.addAttribute("alone", htmx == null);
        model.addAttribute("links", links.open(exchange));
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
            @RequestParam Map<String, String> parameters,
            HttpServletRequest request) {
        Exchange exchange = viewed(member, id, request);
        Content content = bodies.content(exchange, Direction.of(direction)).orElseThrow(DetailController::notFound);
        return BodyDownload.of(content, id, Direction.of(direction), parameters.containsKey("raw"));
    }

    /** A part of the page: a body in another way, the next piece of it, or a branch of its tree. */
    @GetMapping(BODY + "/view")
    String view(
            Member member,
            @PathVariable("id") String id,
            @PathVariable("direction") String direction,
            @RequestParam Map<String, String> parameters,
            HttpServletRequest request,
            Model model) {
        Exchange exchange = viewed(member, id, request);
        model.addAttribute("base", base(member, id));
        return parts.show(exchange, Direction.of(direction), parameters, model);
    }

    /** Messages after one of them. */
    @GetMapping(ONE + "/messages")
    String messages(
            Member member,
            @PathVariable("id") String id,
            @RequestParam Map<String, String> parameters,
            HttpServletRequest request,
            Model model) {
        Exchange exchange = viewed(member, id, request);
        model.addAttribute("base", base(member, id));
        return messages.show(exchange, parameters, model);
    }

    /** One message in full. */
    @GetMapping(ONE + "/messages/{number:[0-9]{1,9}}")
    String message(
            Member member,
            @PathVariable("id") String id,
            @PathVariable("number") int number,
            HttpServletRequest request,
            Model model) {
        return messages.one(viewed(member, id, request), number, model);
    }

    /** The request as commands that send it again. */
    @GetMapping(ONE + "/copy")
    String copy(Member member, @PathVariable("id") String id, HttpServletRequest request, Model model) {
        Exchange exchange = viewed(member, id, request);
        CopyAs copies = CopyAs.of(exchange, exchanges.body(exchange, Direction.TO_UPSTREAM));
        model.addAttribute("copies", copies);
        model.addAttribute("base", base(member, id));
        return "detail/copy :: copies";
    }

    private Exchange viewed(Member member, String id, HttpServletRequest request) {
        Exchange exchange = find(member, id);
        audit.viewed(member, exchange, addresses.of(request));
        return exchange;
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
        return exchanges.find(member, id).orElseThrow(DetailController::notFound);
    }

    static String base(Member member, String id) {
        return "/" + member.teamSlug() + "/requests/" + id;
    }

    private static ResponseStatusException notFound() {
        return new ResponseStatusException(HttpStatus.NOT_FOUND);
    }
}
