package io.portrgateway.admin.detail;

import io.portrgateway.admin.exchange.Direction;
import io.portrgateway.admin.exchange.Exchange;
import io.portrgateway.admin.exchange.Exchanges;
import io.portrgateway.admin.exchange.Frame;
import io.portrgateway.admin.web.Format;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Service;
import org.springframework.ui.Model;
import org.springframework.web.server.ResponseStatusException;

/** The messages of a WebSocket and the events of a stream, page by page and as they come. Thread-safe. */
@Service
class Messages {

    private static final int PAGE = 100;
    /** So many are looked through for one answer when a text is asked for. */
    private static final int LOOKED_THROUGH = 2000;

    private static final int MAX_QUERY = 200;

    private final Exchanges exchanges;
    private final Format format;

    Messages(Exchanges exchanges, Format format) {
        this.exchanges = exchanges;
        this.format = format;
    }

    /** Whether its page has messages, or may get some. */
    boolean has(Exchange exchange) {
        return exchange.isUpgraded()
                || exchange.frameCount() != null
                || exchange.header(Direction.TO_VISITOR, "content-type")
                        .filter(type -> type.toLowerCase(Locale.ROOT).startsWith("text/event-stream"))
                        .isPresent()
                || !exchanges.frames(exchange, 0, 1).isEmpty();
    }

    /** The messages after one of them; the template of the part, with its model filled. */
    String show(Exchange exchange, Map<String, String> parameters, Model model) {
        int after = number(parameters.getOrDefault("after", "0"));
        String typed = parameters.getOrDefault("find", "").strip();
        String find = typed.substring(0, Math.min(typed.length(), MAX_QUERY));
        List<MessageView> shown = new ArrayList<>();
        int last = after;
        int looked = 0;
        boolean more = true;
        while (more && shown.size() < PAGE && looked < LOOKED_THROUGH) {
            List<Frame> frames = exchanges.frames(exchange, last, PAGE);
            for (Frame frame : frames) {
                last = frame.number();
                looked++;
                if (find.isEmpty() || MessageView.contains(frame, find)) {
                    shown.add(MessageView.of(frame, format));
                }
                if (shown.size() == PAGE) {
                    break;
                }
            }
            more = frames.size() == PAGE;
        }
        model.addAttribute("messages", shown);
        model.addAttribute("find", find);
        model.addAttribute("last", last);
        model.addAttribute("more", more);
        model.addAttribute("open", exchange.isOpen());
        model.addAttribute("first", after == 0);
        return "detail/messages :: lines";
    }

    /** One message in full. */
    String one(Exchange exchange, int number, Model model) {
        Frame frame = exchanges.frames(exchange, number - 1, 1).stream()
                .filter(found -> found.number() == number)
                .findFirst()
                .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
        model.addAttribute("text", MessageView.full(frame));
        return "detail/messages :: full";
    }

    private static int number(String text) {
        return text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : 0;
    }
}
