package io.portrgateway.admin.web;

import jakarta.servlet.http.HttpServletRequest;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which page of a list is shown, for {@code fragments/ui :: pager}. Immutable.
 *
 * @param page from 1
 * @param size rows of a page
 * @param total rows of the whole list
 * @param path where the list is
 * @param query its other parameters, ready for a link: empty, or ending in {@code &}
 */
public record Paging(int page, int size, long total, String path, String query) {

    /** The page asked for by {@code ?page=}, within the list. */
    public static Paging of(HttpServletRequest request, int size, long total) {
        String query = request.getParameterMap().entrySet().stream()
                .filter(entry -> !entry.getKey().equals("page"))
                .flatMap(entry -> Arrays.stream(entry.getValue())
                        .filter(value -> !value.isEmpty())
                        .map(value -> encode(entry.getKey()) + "=" + encode(value) + "&"))
                .collect(Collectors.joining());
        Paging first = new Paging(1, size, total, request.getRequestURI(), query);
        return new Paging(
                Math.clamp(asked(request), 1, Math.max(1, first.pageCount())),
                size,
                total,
                first.path(),
                first.query());
    }

    public int pageCount() {
        return Math.toIntExact((total + size - 1) / size);
    }

    /** Rows before this page. */
    public long offset() {
        return (page - 1L) * size;
    }

    /** Number of the first row shown. */
    public long first() {
        return total == 0 ? 0 : offset() + 1;
    }

    /** Number of the last row shown. */
    public long last() {
        return Math.min(total, offset() + size);
    }

    /** The link to another page of the list. */
    public String link(int other) {
        return path + "?" + query + "page=" + other;
    }

    private static int asked(HttpServletRequest request) {
        @Nullable String text = request.getParameter("page");
        try {
            return text == null ? 1 : Integer.parseInt(text);
        } catch (NumberFormatException notANumber) {
            return 1;
        }
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
