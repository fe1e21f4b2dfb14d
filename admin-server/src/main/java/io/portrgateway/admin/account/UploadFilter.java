package io.portrgateway.admin.account;

import io.portrgateway.admin.settings.AdminSettings;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Refuses forms with files before anything reads them, the search for the CSRF token included: from strangers, where no file is
 * asked for, and those that are too long. The container writes each to the disk as soon as one parameter is looked at.
 * Thread-safe.
 */
final class UploadFilter extends OncePerRequestFilter {

    /** What a form holds beside its file, as application.properties bounds it. */
    private static final int FORM_BYTES = 512 * 1024;

    /** The ends of paths where files are taken, and how long they may be. */
    private final Map<String, Long> maxBytes;

    UploadFilter(AdminSettings settings) {
        this.maxBytes = Map.of(
                "/collections/import", settings.files().maxUploadBytes(),
                "/replay", settings.replays().bodyBytes());
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        @Nullable String type = request.getContentType();
        return type == null || !type.toLowerCase(Locale.ROOT).startsWith("multipart/");
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (Caller.current().isEmpty()) {
            response.sendError(HttpStatus.FORBIDDEN.value());
            return;
        }
        String path = request.getRequestURI();
        Optional<Long> max = maxBytes.entrySet().stream()
                .filter(place -> path.endsWith(place.getKey()))
                .map(Map.Entry::getValue)
                .findFirst();
        long length = request.getContentLengthLong();
        if (max.isEmpty()) {
            response.sendError(HttpStatus.UNSUPPORTED_MEDIA_TYPE.value());
        } else if (length < 0 || length > max.get() + FORM_BYTES) {
            response.sendError(HttpStatus.CONTENT_TOO_LARGE.value());
        } else {
            chain.doFilter(request, response);
        }
    }
}
