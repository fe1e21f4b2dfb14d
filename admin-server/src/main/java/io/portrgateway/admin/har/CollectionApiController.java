package io.portrgateway.admin.har;

import io.portrgateway.admin.replay.Replays;
import io.portrgateway.admin.settings.AdminSettings;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.web.ApiFailure;
import io.portrgateway.admin.web.ClientAddresses;
import io.portrgateway.admin.web.JsonObject;
import io.portrgateway.admin.web.Paging;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/v1/collections}. */
@RestController
final class CollectionApiController {

    private static final int PAGE_SIZE = 100;
    private static final String ONE = "/api/v1/collections/{id}";

    private final Collections collections;
    private final CollectionReplay replay;
    private final ClientAddresses addresses;
    private final long maxUploadBytes;

    CollectionApiController(
            Collections collections, CollectionReplay replay, ClientAddresses addresses, AdminSettings settings) {
        this.collections = collections;
        this.replay = replay;
        this.addresses = addresses;
        this.maxUploadBytes = settings.files().maxUploadBytes();
    }

    @GetMapping("/api/v1/collections")
    Map<String, Object> list(Member member) {
        List<Map<String, @Nullable Object>> data = collections.of(member).stream()
                .map(CollectionApiController::json)
                .toList();
        return Map.of("count", data.size(), "data", data);
    }

    @PostMapping("/api/v1/collections")
    @ResponseStatus(HttpStatus.CREATED)
    Map<String, @Nullable Object> save(Member member, HttpServletRequest request) {
        JsonObject body = JsonObject.read(request);
        Collections.Made made = collections
                .save(
                        member,
                        body.text("name").orElse(""),
                        body.texts("request_ids").orElse(List.of()),
                        addresses.of(request))
                .orFail();
        return json(made.collection());
    }

    /** The body is the file itself. It is on the disk before the database is asked, so that a slow caller keeps nothing busy. */
    @PostMapping("/api/v1/collections/import")
    @ResponseStatus(HttpStatus.CREATED)
    Map<String, @Nullable Object> take(
            Member member, @RequestParam(name = "name", defaultValue = "") String name, HttpServletRequest request)
            throws IOException {
        Path file = Files.createTempFile("portr-import-", ".har");
        try {
            spool(request.getInputStream(), file);
            try (InputStream content = Files.newInputStream(file)) {
                Collections.Made made = collections
                        .take(member, name.isBlank() ? "Imported" : name, content, addresses.of(request))
                        .orFail();
                Map<String, @Nullable Object> json = json(made.collection());
                json.put("skipped", made.skipped());
                return json;
            }
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private void spool(InputStream body, Path file) throws IOException {
        byte[] piece = new byte[64 * 1024];
        long bytes = 0;
        try (OutputStream out = Files.newOutputStream(file)) {
            for (int count = body.read(piece); count >= 0; count = body.read(piece)) {
                bytes += count;
                if (bytes > maxUploadBytes) {
                    throw new ApiFailure(
                            HttpStatus.CONTENT_TOO_LARGE,
                            "the file is longer than " + maxUploadBytes + " bytes (PORTR_HAR_MAX_UPLOAD)");
                }
                out.write(piece, 0, count);
            }
        }
    }

    @GetMapping(ONE)
    Map<String, @Nullable Object> show(Member member, @PathVariable("id") String id, HttpServletRequest request) {
        Collection collection = find(member, id);
        Paging paging = Paging.of(request, PAGE_SIZE, collection.requestCount());
        Map<String, @Nullable Object> json = json(collection);
        json.put(
                "requests",
                collections.items(collection, paging.offset(), PAGE_SIZE).stream()
                        .map(CollectionApiController::json)
                        .toList());
        return json;
    }

    @GetMapping(ONE + "/export")
    void export(Member member, @PathVariable("id") String id, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Collection collection = find(member, id);
        Exports.attach(response, "collection-" + collection.id(), ExportFormat.HAR);
        collections.export(member, collection, response.getOutputStream(), addresses.of(request));
    }

    /** What comes of it is asked for below {@code /api/v1/replays}. */
    @PostMapping(ONE + "/replay")
    @ResponseStatus(HttpStatus.ACCEPTED)
    Map<String, Object> replay(Member member, @PathVariable("id") String id, HttpServletRequest request) {
        JsonObject body = JsonObject.read(request);
        Collection collection = find(member, id);
        Replays.Started started = replay.send(
                        member,
                        collection,
                        body.integers("positions").orElse(List.of()),
                        body.text("tunnel").orElse(""),
                        addresses.of(request))
                .orFail();
        return Map.of("replay_id", started.id(), "count", started.count());
    }

    @DeleteMapping(ONE)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(Member member, @PathVariable("id") String id, HttpServletRequest request) {
        collections
                .delete(member, id.toUpperCase(Locale.ROOT), addresses.of(request))
                .orFail();
    }

    private Collection find(Member member, String id) {
        return collections
                .find(member, id.toUpperCase(Locale.ROOT))
                .orElseThrow(() -> new ApiFailure(HttpStatus.NOT_FOUND, "there is no such collection"));
    }

    private static Map<String, @Nullable Object> json(Collection collection) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("id", collection.id());
        json.put("name", collection.name());
        json.put("source", collection.source());
        json.put("creator", collection.creator());
        json.put("request_count", collection.requestCount());
        json.put("stored_bytes", collection.storedBytes());
        json.put("created_at", seconds(collection.createdAt()));
        return json;
    }

    private static Map<String, @Nullable Object> json(Collection.Item item) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("position", item.position());
        json.put("started_at", seconds(item.startedAt()));
        json.put("method", item.method());
        json.put("url", item.url());
        json.put("status", item.status() == 0 ? null : item.status());
        json.put("duration_micros", item.durationMicros());
        return json;
    }

    private static String seconds(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
