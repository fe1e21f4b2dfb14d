package io.portrgateway.admin.shell;

import java.time.Instant;
import java.time.InstantSource;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;

/** Shows every component once, for whoever builds a page. */
@Controller
final class DesignController {

    private final InstantSource clock;

    DesignController(InstantSource clock) {
        this.clock = clock;
    }

    @GetMapping("/design")
    String show(Model model) {
        Instant now = clock.instant();
        model.addAttribute("recently", now.minusSeconds(190));
        model.addAttribute("earlier", now.minusSeconds(8000));
        return "shell/design";
    }
}
