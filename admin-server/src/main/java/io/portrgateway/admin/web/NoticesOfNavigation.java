package io.portrgateway.admin.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.FlashMap;
import org.springframework.web.servlet.FlashMapManager;
import org.springframework.web.servlet.support.SessionFlashMapManager;

/**
 * Keeps what one page has to say on the next for that page. Parts of a page that renew themselves ask for the same path, and
 * one that came between a form and the page after it would take the notice away. Thread-safe.
 */
@Component("flashMapManager")
final class NoticesOfNavigation implements FlashMapManager {

    private final FlashMapManager notices = new SessionFlashMapManager();

    @Override
    public @Nullable FlashMap retrieveAndUpdate(HttpServletRequest request, HttpServletResponse response) {
        // Fetch Metadata (W3C): "document" for the page itself, "empty" for what its script asks for
        @Nullable String destination = request.getHeader("Sec-Fetch-Dest");
        boolean isPart = destination != null && !destination.equals("document");
        return isPart ? null : notices.retrieveAndUpdate(request, response);
    }

    @Override
    public void saveOutputFlashMap(FlashMap flashMap, HttpServletRequest request, HttpServletResponse response) {
        notices.saveOutputFlashMap(flashMap, request, response);
    }
}
