package io.portrgateway.admin.compare;

import io.portrgateway.admin.audit.BodyReads;
import io.portrgateway.admin.exchange.Direction;
import io.portrgateway.admin.exchange.Exchange;
import io.portrgateway.admin.exchange.Exchanges;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.web.ClientAddresses;
import io.portrgateway.admin.web.Format;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ResponseStatusException;

/** Two recorded requests that the reader may see, beside each other. */
@Controller
final class CompareController {

    private final Exchanges exchanges;
    private final BodyReads reads;
    private final ClientAddresses addresses;
    private final Format format;

    CompareController(Exchanges exchanges, BodyReads reads, ClientAddresses addresses, Format format) {
        this.exchanges = exchanges;
        this.reads = reads;
        this.addresses = addresses;
        this.format = format;
    }

    /** With {@code a} and {@code b}, or with the first two {@code id} parameters, as a selection in the list sends them. */
    @GetMapping("/{team}/requests/compare")
    String compare(
            Member member,
            @RequestParam(name = "a", defaultValue = "") String a,
            @RequestParam(name = "b", defaultValue = "") String b,
            @RequestParam(name = "id", defaultValue = "") List<String> ids,
            HttpServletRequest request,
            Model model) {
        String first = a.isBlank() && !ids.isEmpty() ? ids.getFirst() : a;
        String second = b.isBlank() && ids.size() > 1 ? ids.get(1) : b;
        model.addAttribute("a", first.strip());
        model.addAttribute("b", second.strip());
        if (!first.isBlank() && !second.isBlank()) {
            Side one = side(member, first);
            Side other = side(member, second);
            for (Side side : List.of(one, other)) {
                reads.shown(
                        member.teamId(),
                        member.userId(),
                        member.email(),
                        side.exchange().id(),
                        "compare",
                        addresses.of(request));
            }
            model.addAttribute("first", one.exchange());
            model.addAttribute("second", other.exchange());
            model.addAttribute("comparison", Comparison.of(one, other, format));
        }
        return "compare/compare";
    }

    private Side side(Member reader, String id) {
        Optional<Exchange> found = exchanges.find(reader, id.strip().toUpperCase(Locale.ROOT));
        Exchange exchange = found.orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
        return Side.of(
                exchange,
                exchanges.body(exchange, Direction.TO_UPSTREAM),
                exchanges.body(exchange, Direction.TO_VISITOR));
    }
}
