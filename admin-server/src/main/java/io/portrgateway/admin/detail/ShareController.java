package io.portrgateway.admin.detail;

import io.portrgateway.admin.exchange.Exchange;
import io.portrgateway.admin.exchange.Exchanges;
import io.portrgateway.admin.settings.AdminSettings;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.web.ClientAddresses;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Makes links by which one request can be seen without an account, and ends them. */
@Controller
final class ShareController {

    private final Exchanges exchanges;
    private final ShareLinks links;
    private final ClientAddresses addresses;
    private final String server;

    ShareController(Exchanges exchanges, ShareLinks links, ClientAddresses addresses, AdminSettings settings) {
        this.exchanges = exchanges;
        this.links = links;
        this.addresses = addresses;
        this.server = settings.publicAddresses().server().toString();
    }

    @PostMapping(DetailController.ONE + "/shares")
    String make(
            Member member,
            @PathVariable("id") String id,
            @RequestParam(name = "lifetime", defaultValue = "1d") String lifetime,
            @RequestParam(name = "bodies", required = false) @Nullable String bodies,
            @RequestParam(name = "hidden", defaultValue = "") String hidden,
            HttpServletRequest request,
            RedirectAttributes flash) {
        Exchange exchange = find(member, id);
        Duration length = ShareLinks.LIFETIMES.getOrDefault(lifetime, Duration.ofDays(1));
        switch (links.make(member, exchange, length, bodies != null, ShareLinks.names(hidden), addresses.of(request))) {
            case ShareLinks.Made.Done(String token) ->
                flash.addFlashAttribute("shareUrl", server + PublicController.PATH + token);
            case ShareLinks.Made.Refused(String why) -> flash.addFlashAttribute("noticeBad", why);
        }
        return "redirect:" + DetailController.base(member, id);
    }

    @PostMapping(DetailController.ONE + "/shares/{share:[0-9]{1,18}}/revoke")
    String revoke(
            Member member,
            @PathVariable("id") String id,
            @PathVariable("share") long share,
            HttpServletRequest request,
            RedirectAttributes flash) {
        if (!links.revoke(member, find(member, id), share, addresses.of(request))) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND);
        }
        flash.addFlashAttribute("notice", "The link leads nowhere from now on.");
        return "redirect:" + DetailController.base(member, id);
    }

    private Exchange find(Member member, String id) {
        return exchanges.find(member, id).orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
    }
}
