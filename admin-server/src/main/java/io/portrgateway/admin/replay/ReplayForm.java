package io.portrgateway.admin.replay;

import io.portrgateway.admin.exchange.Direction;
import io.portrgateway.admin.exchange.HeaderField;
import io.portrgateway.admin.web.Format;
import io.portrgateway.admin.web.Outcome;
import io.portrgateway.admin.web.Refusal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.web.multipart.MultipartFile;

/**
 * The form by which a recorded request is edited and sent, as it was typed. Immutable.
 *
 * @param headers one {@code Name: value} per line
 * @param bodyKind {@code keep}, {@code text}, {@code file} or {@code none}
 * @param tunnel connection id; empty for where the original went
 */
record ReplayForm(
        String method,
        String target,
        String headers,
        String bodyKind,
        String body,
        String charset,
        String times,
        String rate,
        String tunnel) {

    /** The recorded request as it would be sent again. */
    static ReplayForm of(Original original) {
        Optional<BodyText> text = text(original);
        boolean whole = !original.body().truncated();
        return new ReplayForm(
                original.exchange().method(),
                HeaderLines.shown(original.exchange().target()),
                HeaderLines.text(original.headers()),
                !whole ? "text" : original.exchange().requestBytes() == 0 ? "none" : text.isPresent() ? "text" : "keep",
                text.map(BodyText::text).orElse(""),
                text.map(BodyText::charset).orElse("UTF-8"),
                "1",
                "",
                "");
    }

    static ReplayForm of(Map<String, String> parameters) {
        return new ReplayForm(
                parameters.getOrDefault("method", "").strip(),
                parameters.getOrDefault("target", ""),
                parameters.getOrDefault("headers", ""),
                parameters.getOrDefault("bodyKind", "keep"),
                parameters.getOrDefault("body", ""),
                parameters.getOrDefault("charset", "UTF-8"),
                parameters.getOrDefault("times", "1"),
                parameters.getOrDefault("rate", ""),
                parameters.getOrDefault("tunnel", ""));
    }

    /** The body that was recorded, where the form can show it. */
    static Optional<BodyText> text(Original original) {
        boolean encoded = original.exchange()
                .header(Direction.TO_UPSTREAM, "content-encoding")
                .filter(coding -> !coding.equalsIgnoreCase("identity"))
                .isPresent();
        return original.body().truncated()
                ? Optional.empty()
                : BodyText.of(
                        original.body().content(),
                        original.exchange().header(Direction.TO_UPSTREAM, "content-type"),
                        encoded);
    }

    /** The request it says, or what is wrong with it. */
    Outcome<ReplayRequest> request(Original original, @Nullable MultipartFile file, Format format) {
        Outcome<List<HeaderField>> fields = HeaderLines.parse(headers, original.headers());
        if (fields instanceof Outcome.Refused<List<HeaderField>>(Refusal refusal)) {
            return Outcome.refused(refusal);
        }
        Outcome<byte[]> content = content(original, file);
        if (content instanceof Outcome.Refused<byte[]>(Refusal refusal)) {
            return Outcome.refused(refusal);
        }
        String recorded = original.exchange().target();
        boolean sameTarget = target.equals(HeaderLines.shown(recorded));
        return new Edit(
                        method,
                        sameTarget ? recorded : target,
                        fields.orFail(),
                        bodyKind.equals("keep") ? null : content.orFail())
                .of(original, format);
    }

    private Outcome<byte[]> content(Original original, @Nullable MultipartFile file) {
        return switch (bodyKind) {
            case "keep", "none" -> Outcome.done(new byte[0]);
            case "text" -> BodyText.bytes(body, charset, text(original));
            case "file" -> {
                if (file == null || file.isEmpty()) {
                    yield Outcome.refused(Refusal.invalid("body", "Choose a file, or another kind of body."));
                }
                try {
                    yield Outcome.done(file.getBytes());
                } catch (IOException unreadable) {
                    throw new UncheckedIOException(unreadable);
                }
            }
            default -> Outcome.refused(Refusal.invalid("body", "Choose one of the kinds of body."));
        };
    }

    /** How to send it; {@code edited} whether it differs from the original. */
    Outcome<ReplayWish> wish(boolean edited) {
        try {
            int count = times.isBlank() ? 1 : Integer.parseInt(times.strip());
            double perSecond =
                    rate.isBlank() ? 0 : Double.parseDouble(rate.strip().replace(',', '.'));
            return Outcome.done(new ReplayWish(tunnel.strip(), count, perSecond, edited));
        } catch (NumberFormatException notANumber) {
            return Outcome.refused(Refusal.invalid(
                    "times", "How often is a whole number such as 10, and the rate a number such as 2 or 0.5."));
        }
    }

    static boolean differs(ReplayRequest request, Original original) {
        ReplayRequest exact = original.exact();
        return !request.method().equals(exact.method())
                || !request.target().equals(exact.target())
                || !sendersOwn(request).equals(original.headers())
                || !Arrays.equals(request.body(), exact.body());
    }

    private static List<HeaderField> sendersOwn(ReplayRequest request) {
        return request.headers().stream()
                .filter(field -> !RequestRules.isPlaced(field))
                .toList();
    }
}
