package io.portrgateway.admin.replay;

import io.portrgateway.admin.exchange.HeaderField;
import io.portrgateway.admin.settings.AdminSettings;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.web.ApiFailure;
import io.portrgateway.admin.web.ClientAddresses;
import io.portrgateway.admin.web.Format;
import io.portrgateway.admin.web.JsonObject;
import io.portrgateway.admin.web.Outcome;
import io.portrgateway.admin.web.Refusal;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Sending recorded requests again in the API: a CI job or an agent replays, then looks at what came of it. */
@RestController
final class ReplayApiController {

    private static final int BESIDE_THE_BODY = 256 << 10;

    private final Replays replays;
    private final Batches batches;
    private final ClientAddresses addresses;
    private final Format format;
    private final int maxBytes;

    ReplayApiController(
            Replays replays, Batches batches, ClientAddresses addresses, Format format, AdminSettings settings) {
        this.replays = replays;
        this.batches = batches;
        this.addresses = addresses;
        this.format = format;
        this.maxBytes = (int) Math.min(Integer.MAX_VALUE / 2, settings.replays().bodyBytes() * 4 / 3 + BESIDE_THE_BODY);
    }

    @PostMapping("/api/v1/requests/{id}/replay")
    @ResponseStatus(HttpStatus.ACCEPTED)
    ReplayJson send(Member member, @PathVariable("id") String id, HttpServletRequest http) {
        JsonObject wanted = JsonObject.read(http, maxBytes);
        Original original = replays.original(member, id.toUpperCase(Locale.ROOT))
                .orElseThrow(
                        () -> new ApiFailure(HttpStatus.NOT_FOUND, "there is no such recorded request in this team"));
        boolean edits = List.of("method", "target", "headers", "body", "body_base64").stream()
                .anyMatch(wanted::has);
        ReplayWish wish = new ReplayWish(
                tunnel(wanted.text("tunnel").orElse("")),
                wanted.integer("times").orElse(1),
                wanted.decimal("rate").orElse(0.0),
                edits);
        String address = addresses.of(http);
        Outcome<Replays.Started> started = edits
                ? edited(member, original, wanted, wish, address)
                : replays.exactly(member, List.of(original.exchange().id()), wish, address);
        return one(member, orFail(started).id());
    }

    @GetMapping("/api/v1/replays/{batch}")
    ReplayJson one(Member member, @PathVariable("batch") String id) {
        Batches.Batch batch =
                batches.find(member, id.toUpperCase(Locale.ROOT)).orElseThrow(ReplayApiController::unknown);
        return ReplayJson.of(batch, batches.rows(member, batch));
    }

    @PostMapping("/api/v1/replays/{batch}/cancel")
    ReplayJson cancel(Member member, @PathVariable("batch") String id, HttpServletRequest http) {
        String batch = id.toUpperCase(Locale.ROOT);
        if (replays.cancel(member, batch, addresses.of(http)).isEmpty()) {
            throw unknown();
        }
        return one(member, batch);
    }

    private Outcome<Replays.Started> edited(
            Member member, Original original, JsonObject wanted, ReplayWish wish, String address) {
        Edit edit = new Edit(
                wanted.rawText("method").orElse(original.exchange().method()),
                wanted.rawText("target")
                        .map(HeaderLines::stored)
                        .orElse(original.exchange().target()),
                wanted.objects("headers").map(ReplayApiController::fields).orElse(original.headers()),
                body(wanted));
        Outcome<ReplayRequest> request = edit.of(original, format);
        return request instanceof Outcome.Refused<ReplayRequest>(Refusal refusal)
                ? Outcome.refused(refusal)
                : replays.start(member, List.of(request.orFail()), wish, address);
    }

    private static List<HeaderField> fields(List<JsonObject> headers) {
        return headers.stream()
                .map(header -> new HeaderField(
                        header.rawText("name").orElse(""),
                        HeaderLines.stored(header.rawText("value").orElse(""))))
                .toList();
    }

    private static byte @Nullable [] body(JsonObject wanted) {
        Optional<String> text = wanted.rawText("body");
        Optional<String> base64 = wanted.rawText("body_base64");
        if (text.isPresent() && base64.isPresent()) {
            throw ApiFailure.badRequest("body: send either body or body_base64");
        }
        try {
            return base64.map(Base64.getDecoder()::decode)
                    .or(() -> text.map(BodyText::utf8))
                    .orElse(null);
        } catch (IllegalArgumentException notBase64) {
            throw ApiFailure.badRequest("body_base64: not base64");
        }
    }

    /** Connection ids are upper case, names lower case; paths and people mix them. */
    private static String tunnel(String text) {
        return text.length() == 26 && text.equals(text.toUpperCase(Locale.ROOT)) ? text : text.toLowerCase(Locale.ROOT);
    }

    private static Replays.Started orFail(Outcome<Replays.Started> started) {
        return switch (started) {
            case Outcome.Done<Replays.Started>(Replays.Started done) -> done;
            case Outcome.Refused<Replays.Started>(Refusal refusal) ->
                throw new ApiFailure(
                        refusal.status(),
                        code(refusal),
                        (refusal.field().isEmpty() ? "" : refusal.field() + ": ") + refusal.message());
        };
    }

    private static @Nullable String code(Refusal refusal) {
        return switch (refusal.status()) {
            case TOO_MANY_REQUESTS -> "rate_limited";
            case CONFLICT -> refusal.field().equals("tunnel") ? "tunnel_offline" : "not_replayable";
            default -> null;
        };
    }

    private static ApiFailure unknown() {
        return new ApiFailure(HttpStatus.NOT_FOUND, "there is no such replay in this team");
    }
}
