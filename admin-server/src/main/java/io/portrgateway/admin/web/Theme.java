package io.portrgateway.admin.web;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The colours a person chose. A cookie and not a column: it belongs to the screen, and the server can write it into the page
 * before the first paint.
 */
public final class Theme {

    public static final String COOKIE = "portr_theme";

    private static final Set<String> CHOICES = Set.of("light", "dark");

    private Theme() {}

    /** {@code light} or {@code dark}; null to follow the system. */
    public static @Nullable String of(HttpServletRequest request) {
        Cookie @Nullable [] cookies = request.getCookies();
        return (cookies == null ? Stream.<Cookie>empty() : Arrays.stream(cookies))
                .filter(cookie -> cookie.getName().equals(COOKIE))
                .map(Cookie::getValue)
                .filter(CHOICES::contains)
                .findFirst()
                .orElse(null);
    }

    /** Whether it is something that can be chosen; anything else means to follow the system. */
    public static boolean isChoice(String text) {
        return CHOICES.contains(text);
    }
}
