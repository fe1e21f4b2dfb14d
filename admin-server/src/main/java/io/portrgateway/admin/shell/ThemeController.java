package io.portrgateway.admin.shell;

import io.portrgateway.admin.settings.AdminSettings;
import io.portrgateway.admin.web.Theme;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Keeps the chosen theme and goes back to the page it was chosen on. */
@Controller
final class ThemeController {

    private static final Duration KEPT = Duration.ofDays(365);

    private final AdminSettings settings;

    ThemeController(AdminSettings settings) {
        this.settings = settings;
    }

    @PostMapping("/account/theme")
    String choose(
            @RequestParam(name = "theme", defaultValue = "system") String theme,
            @RequestParam(name = "back", defaultValue = "/") String back,
            HttpServletResponse response) {
        boolean chosen = Theme.isChoice(theme);
        ResponseCookie cookie = ResponseCookie.from(Theme.COOKIE, chosen ? theme : "")
                .path("/")
                .maxAge(chosen ? KEPT : Duration.ZERO)
                .secure(settings.publicAddresses().isSecure())
                .sameSite("Lax")
                .httpOnly(true)
                .build();
        response.addHeader(HttpHeaders.SET_COOKIE, cookie.toString());
        return "redirect:" + (isOwnPath(back) ? back : "/");
    }

    /** A path of this server and nothing that a browser could take for another host (threats W4). */
    private static boolean isOwnPath(String path) {
        return path.matches("/([A-Za-z0-9_.~-][A-Za-z0-9_.~/?&=%+:@,-]*)?");
    }
}
