package io.portrgateway.admin.detail;

import io.portrgateway.admin.body.Content;
import io.portrgateway.admin.exchange.Direction;
import java.util.Optional;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;

/**
 * A recorded body as an answer of ours. Anybody may have made it, so a browser must never take it for a page: only what is a
 * picture by its bytes has a type, all else is something to keep (threats: stored content). Stateless.
 */
final class BodyDownload {

    private static final String SANDBOX = "default-src 'none'; sandbox";

    private BodyDownload() {}

    /** The bytes, unpacked unless asked for as they passed. */
    static ResponseEntity<byte[]> of(Content content, String id, Direction direction, boolean asPassed) {
        Optional<String> image = asPassed ? Optional.empty() : content.imageType();
        byte[] bytes = asPassed ? content.stored().content() : content.bytes();
        String side = direction == Direction.TO_UPSTREAM ? "request" : "response";
        ContentDisposition disposition = (image.isPresent()
                        ? ContentDisposition.inline()
                        : ContentDisposition.attachment())
                .filename(id + "-" + side + "." + extension(content, asPassed))
                .build();
        return ResponseEntity.ok()
                .contentType(image.map(MediaType::parseMediaType).orElse(MediaType.APPLICATION_OCTET_STREAM))
                .header(HttpHeaders.CONTENT_DISPOSITION, disposition.toString())
                .header("Content-Security-Policy", SANDBOX)
                .header("X-Content-Type-Options", "nosniff")
                .header("Cross-Origin-Resource-Policy", "same-origin")
                .body(bytes);
    }

    private static String extension(Content content, boolean asPassed) {
        if (asPassed || content.isCoded()) {
            return "bin";
        }
        return switch (content.whatKind()) {
            case JSON -> "json";
            case XML -> "xml";
            case IMAGE -> content.imageType().orElse("image/bin").substring("image/".length());
            // not .html: opened from the disk it would be a page
            case HTML, FORM, TEXT -> "txt";
            case MULTIPART, BINARY, EMPTY -> "bin";
        };
    }
}
