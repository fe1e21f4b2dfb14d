package io.portrgateway.admin.detail;

import io.portrgateway.admin.body.Content;
import io.portrgateway.admin.body.Json;
import io.portrgateway.admin.body.Kind;
import io.portrgateway.admin.exchange.Direction;
import io.portrgateway.admin.exchange.Exchange;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.ui.Model;
import org.springframework.web.server.ResponseStatusException;

/** Answers what a page asks for piece by piece: views of a body, branches of a JSON tree, what is found in it. Thread-safe. */
@Component
final class BodyParts {

    private static final int MAX_QUERY = 200;

    private final Bodies bodies;

    BodyParts(Bodies bodies) {
        this.bodies = bodies;
    }

    /** The template of the part, with its model filled. */
    String show(Exchange exchange, Direction direction, Map<String, String> parameters, Model model) {
        model.addAttribute("direction", direction.text());
        if (parameters.containsKey("at")) {
            return branch(json(exchange, direction), parameters, model);
        }
        String find = parameters.getOrDefault("find", "").strip();
        if (!find.isEmpty()) {
            List<JsonView.Node> found =
                    JsonView.find(json(exchange, direction), find.substring(0, Math.min(find.length(), MAX_QUERY)));
            model.addAttribute("found", found);
            return "detail/body :: found";
        }
        BodyView body = bodies.view(
                exchange, direction, parameters.getOrDefault("as", ""), number(parameters.getOrDefault("from", "0")));
        model.addAttribute("body", body);
        return parameters.containsKey("find") ? "detail/body :: tree" : "detail/body :: recorded";
    }

    private static String branch(Json json, Map<String, String> parameters, Model model) {
        Json.Value parent = json.at(parameters.getOrDefault("at", "")).orElseThrow(BodyParts::notFound);
        model.addAttribute("node", JsonView.children(parent, (int) number(parameters.getOrDefault("from", "0"))));
        return "detail/body :: children";
    }

    private Json json(Exchange exchange, Direction direction) {
        Optional<Content> content = bodies.content(exchange, direction);
        return content.filter(one -> one.whatKind() == Kind.JSON)
                .flatMap(Content::json)
                .orElseThrow(BodyParts::notFound);
    }

    private static ResponseStatusException notFound() {
        return new ResponseStatusException(HttpStatus.NOT_FOUND);
    }

    private static long number(String text) {
        return text.matches("[0-9]{1,9}") ? Long.parseLong(text) : 0;
    }
}
