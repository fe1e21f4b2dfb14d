package io.portrgateway.admin.har;

import io.portrgateway.admin.audit.AuditTrail;
import io.portrgateway.admin.exchange.Exchange;
import io.portrgateway.admin.exchange.Exchanges;
import io.portrgateway.admin.search.ExchangeQuery;
import io.portrgateway.admin.search.ExchangeSearch;
import io.portrgateway.admin.search.QueryProblem;
import io.portrgateway.admin.search.SearchTooSlow;
import io.portrgateway.admin.settings.AdminSettings;
import io.portrgateway.admin.team.Actor;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.web.ApiFailure;
import io.portrgateway.admin.web.ClientAddresses;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;

/** Answers a request with recorded exchanges as a file, and notes who took it. Thread-safe. */
@Component
final class Exports {

    private final Exchanges exchanges;
    private final ExchangeSearch search;
    private final RecordedEntries entries;
    private final JsonLines lines;
    private final BodyViews views;
    private final AuditTrail audit;
    private final ClientAddresses addresses;
    private final InstantSource clock;
    private final String version;
    private final int limit;

    Exports(
            Exchanges exchanges,
            ExchangeSearch search,
            RecordedEntries entries,
            JsonLines lines,
            BodyViews views,
            AuditTrail audit,
            ClientAddresses addresses,
            InstantSource clock,
            AdminSettings settings,
            @Value("${portr.version}") String version) {
        this.exchanges = exchanges;
        this.search = search;
        this.entries = entries;
        this.lines = lines;
        this.views = views;
        this.audit = audit;
        this.addresses = addresses;
        this.clock = clock;
        this.version = version;
        this.limit = settings.files().maxExported();
    }

    /** The exchanges that the parameters {@code id} name, or else all that the query in {@code q} finds, newest first. */
    void send(Member reader, HttpServletRequest request, HttpServletResponse response) throws IOException {
        ExportFormat format = ExportFormat.parse(request.getParameter("format"))
                .orElseThrow(() -> ApiFailure.badRequest("format: expected har or jsonl"));
        Set<String> ids = ids(request);
        try {
            if (ids.isEmpty()) {
                sendFound(reader, format, request, response);
            } else {
                sendChosen(reader, format, ids, request, response);
            }
        } catch (UncheckedIOException readerLeft) {
            throw readerLeft.getCause();
        }
    }

    private void sendChosen(
            Member reader,
            ExportFormat format,
            Set<String> ids,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        // before a byte is written, so that nothing found is still an answer of its own
        List<String> found = ids.stream()
                .limit(limit)
                .filter(id -> exchanges.find(reader, id).isPresent())
                .toList();
        if (found.isEmpty()) {
            throw new ApiFailure(HttpStatus.NOT_FOUND, "none of these requests is there (any more)");
        }
        note(reader, format, found.size() == 1 ? found.getFirst() : found.size() + " requests", request);
        Consumer<Exchange> viewed = views.by(reader, addresses.of(request), "export");
        ExportFile file = begin(reader, format, response);
        for (String id : found) {
            exchanges.find(reader, id).ifPresent(viewed.andThen(file::add));
        }
        file.end(comment(ids.size(), found.size()));
    }

    private void sendFound(Member reader, ExportFormat format, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        ExchangeQuery query = query(request.getParameter("q"));
        try {
            // what is wrong with the search shows itself with its first request, while the answer can still say so
            search.page(reader, query, null, 1);
        } catch (SearchTooSlow slow) {
            throw ApiFailure.badRequest("q: " + slow.text());
        }
        note(reader, format, query.isEmpty() ? "all requests" : query.text(), request);
        Consumer<Exchange> viewed = views.by(reader, addresses.of(request), "export");
        ExportFile file = begin(reader, format, response);
        AtomicLong count = new AtomicLong();
        @Nullable String comment = null;
        try {
            search.each(reader, query, limit + 1L, exchange -> {
                if (count.incrementAndGet() <= limit) {
                    viewed.accept(exchange);
                    file.add(exchange);
                }
            });
            if (count.get() > limit) {
                comment = "Cut: the newest " + limit + " requests; there are more (PORTR_EXPORT_MAX_REQUESTS).";
            }
        } catch (SearchTooSlow slow) {
            comment = "Cut: after these requests the search took too long. Narrow it.";
        }
        file.end(comment);
    }

    private static ExchangeQuery query(@Nullable String text) {
        try {
            return text == null ? ExchangeQuery.ALL : ExchangeQuery.parse(text);
        } catch (QueryProblem problem) {
            throw ApiFailure.badRequest("q: " + problem.text());
        }
    }

    private static Set<String> ids(HttpServletRequest request) {
        String @Nullable [] values = request.getParameterValues("id");
        return values == null ? Set.of() : new LinkedHashSet<>(List.of(values));
    }

    private @Nullable String comment(int asked, int found) {
        if (asked > limit) {
            return "Cut: the first " + limit + " of " + asked + " requests.";
        }
        return found < asked
                ? (asked - found) + " of the " + asked + " requests asked for are not there any more."
                : null;
    }

    private void note(Member reader, ExportFormat format, String what, HttpServletRequest request) {
        audit.note(Actor.of(reader, addresses.of(request))
                .event("requests.exported")
                .in(reader.teamId())
                .on(what)
                .with("format", format.extension()));
    }

    private ExportFile begin(Member reader, ExportFormat format, HttpServletResponse response) throws IOException {
        String day = clock.instant().atOffset(ZoneOffset.UTC).toLocalDate().toString();
        attach(response, "requests-" + reader.teamSlug() + "-" + day, format);
        return switch (format) {
            case HAR -> new ExportFile.Har(new HarWriter(response.getOutputStream(), version), entries);
            case JSON_LINES -> new ExportFile.Lines(response.getOutputStream(), lines);
        };
    }

    /** Says that the answer is a file of this name, for saving and not for showing. */
    static void attach(HttpServletResponse response, String name, ExportFormat format) {
        response.setContentType(format.contentType());
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("Content-Disposition", "attachment; filename=\"" + name + "." + format.extension() + "\"");
    }
}
