package io.portrgateway.admin.profile;

import io.portrgateway.admin.account.Account;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** {@code /account/sessions}: where the user is signed in, and signing out there. */
@Controller
final class SessionsController {

    private static final String BACK = "redirect:/account/sessions";

    private final OwnSessions sessions;

    SessionsController(OwnSessions sessions) {
        this.sessions = sessions;
    }

    @GetMapping("/account/sessions")
    String show(@AuthenticationPrincipal Account account, HttpServletRequest request, Model model) {
        model.addAttribute("sessions", sessions.of(account, request));
        return "profile/sessions";
    }

    @PostMapping("/account/sessions/{id}/end")
    String end(
            @AuthenticationPrincipal Account account,
            @PathVariable("id") String id,
            HttpServletRequest request,
            RedirectAttributes flash) {
        boolean ended = sessions.end(account, id, request);
        flash.addFlashAttribute("notice", ended ? "That session is signed out." : "That session had ended before.");
        return BACK;
    }

    @PostMapping("/account/sessions/end-others")
    String endOthers(@AuthenticationPrincipal Account account, HttpServletRequest request, RedirectAttributes flash) {
        int ended = sessions.endOthers(account, request);
        flash.addFlashAttribute(
                "notice", ended == 1 ? "One other session is signed out." : ended + " other sessions are signed out.");
        return BACK;
    }
}
