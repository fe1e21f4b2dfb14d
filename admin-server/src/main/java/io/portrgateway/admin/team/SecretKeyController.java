package io.portrgateway.admin.team;

import io.portrgateway.admin.web.ClientAddresses;
import io.portrgateway.admin.web.Outcome;
import io.portrgateway.admin.web.Refusal;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;
import java.util.Optional;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseBody;

/**
 * A member's own secret key: shown, copied, replaced. The key is in the answer to the form and nowhere else; a redirect would
 * have to keep it in the session, and sessions are rows.
 */
@Controller
final class SecretKeyController {

    private static final String PAGE = "team/secret-key";

    private final SecretKeys keys;
    private final ClientAddresses addresses;

    SecretKeyController(SecretKeys keys, ClientAddresses addresses) {
        this.keys = keys;
        this.addresses = addresses;
    }

    @GetMapping("/{team}/secret-key")
    String page(Member member, Model model) {
        return page(member, Optional.empty(), model);
    }

    @PostMapping("/{team}/secret-key/show")
    String show(Member member, HttpServletRequest request, Model model) {
        Optional<String> key = keys.reveal(member, addresses.of(request));
        if (key.isEmpty()) {
            model.addAttribute("noticeBad", SecretKeys.UNREADABLE);
        }
        return page(member, key, model);
    }

    @PostMapping("/{team}/secret-key/rotate")
    String rotate(Member member, HttpServletRequest request, HttpServletResponse response, Model model) {
        return switch (keys.rotate(member, member.membershipId(), addresses.of(request))) {
            case Outcome.Done<String>(String key) -> {
                model.addAttribute("notice", "This is your new key. The old one no longer works.");
                model.addAttribute("rotated", true);
                yield page(member, Optional.of(key), model);
            }
            case Outcome.Refused<String>(Refusal refusal) -> {
                response.setStatus(refusal.status().value());
                model.addAttribute("noticeBad", refusal.message());
                yield page(member, Optional.empty(), model);
            }
        };
    }

    /** Where a reload without the form ends, and the form of the theme. */
    @GetMapping({"/{team}/secret-key/show", "/{team}/secret-key/rotate"})
    String again(Member member) {
        return "redirect:/" + member.teamSlug() + "/secret-key";
    }

    @PatchMapping("/api/v1/user/me/rotate-secret-key")
    @ResponseBody
    Map<String, String> rotate(Member member, HttpServletRequest request) {
        return Map.of(
                "secret_key",
                keys.rotate(member, member.membershipId(), addresses.of(request))
                        .orFail());
    }

    private String page(Member member, Optional<String> key, Model model) {
        model.addAttribute("team", member);
        model.addAttribute("key", key.orElse(null));
        model.addAttribute("liveTunnels", keys.liveTunnels(member.membershipId()));
        model.addAttribute("remote", keys.remote());
        return PAGE;
    }
}
