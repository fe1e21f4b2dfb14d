package io.portrgateway.admin.detail;

import io.portrgateway.admin.exchange.Direction;
import io.portrgateway.admin.exchange.Exchange;
import io.portrgateway.admin.web.Format;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.ui.Model;

/** Puts what the page of an exchange shows into its model, for members and for those who have a link. Thread-safe. */
@Component
final class ExchangePages {

    private final Format format;

    ExchangePages(Format format) {
        this.format = format;
    }

    /**
     * Fills the model of {@code detail/one}.
     *
     * @param base what the page's own addresses begin with
     * @param bodies how a body is shown in the wanted way
     * @return whether something of a body is shown
     */
    boolean fill(
            Model model,
            Exchange exchange,
            @Nullable String owner,
            String base,
            Looks looks,
            BiFunction<Direction, String, BodyView> bodies) {
        model.addAttribute("one", ExchangeView.of(exchange, owner, format));
        model.addAttribute("waterfall", Waterfall.of(exchange));
        model.addAttribute("base", base);
        model.addAttribute("q", looks.query());
        List<SideView> sides = List.of(
                side(exchange, Direction.TO_UPSTREAM, looks, bodies),
                side(exchange, Direction.TO_VISITOR, looks, bodies));
        model.addAttribute("sides", sides);
        return sides.stream().anyMatch(side -> side.body().downloadable());
    }

    private static SideView side(
            Exchange exchange, Direction direction, Looks looks, BiFunction<Direction, String, BodyView> bodies) {
        BodyView body = bodies.apply(direction, looks.view(direction));
        return SideView.of(exchange, direction, body, looks.tab(direction));
    }
}
