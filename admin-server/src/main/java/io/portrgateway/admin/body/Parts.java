package io.portrgateway.admin.body;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.tomcat.util.http.fileupload.FileItemHeaders;
import org.apache.tomcat.util.http.fileupload.FileUpload;
import org.apache.tomcat.util.http.fileupload.MultipartStream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ContentDisposition;

/** The parts of a multipart body, as far as they go. Immutable. */
public record Parts(List<Part> parts, @Nullable String problem) {

    static final int MAX_PARTS = 200;
    private static final int MAX_PART_HEAD = 16 * 1024;
    private static final int MAX_BOUNDARY = 200;
    private static final int BUFFER = 4096;

    public Parts {
        parts = List.copyOf(parts);
    }

    /** A part's header. */
    public record Head(String name, String value) {}

    /**
     * One part. Nobody changes the array.
     *
     * @param name the form field
     * @param whole whether its end was seen
     */
    // nobody compares them
    @SuppressWarnings("ArrayRecordComponent")
    public record Part(
            @Nullable String name,
            @Nullable String fileName,
            @Nullable String contentType,
            List<Head> heads,
            byte[] content,
            boolean whole) {

        public Part {
            heads = List.copyOf(heads);
        }
    }

    /** Nothing when no part can be found. */
    static Optional<Parts> parse(byte[] body, Optional<String> boundary, boolean truncated) {
        if (boundary.isEmpty() || boundary.get().isEmpty() || boundary.get().length() > MAX_BOUNDARY) {
            return Optional.empty();
        }
        List<Part> parts = new ArrayList<>();
        @Nullable String problem = null;
        try {
            MultipartStream stream = new MultipartStream(
                    new ByteArrayInputStream(body),
                    boundary.get().getBytes(StandardCharsets.ISO_8859_1),
                    Math.max(BUFFER, boundary.get().length() * 2),
                    null);
            stream.setHeaderEncoding(StandardCharsets.ISO_8859_1.name());
            stream.setPartHeaderSizeMax(MAX_PART_HEAD);
            boolean more = stream.skipPreamble();
            while (more && parts.size() < MAX_PARTS) {
                Part part = part(stream);
                parts.add(part);
                more = part.whole() && stream.readBoundary();
                if (!part.whole()) {
                    problem = ended(truncated);
                }
            }
            if (more && parts.size() == MAX_PARTS) {
                problem = "Only the first " + MAX_PARTS + " parts are shown.";
            }
        } catch (IOException | RuntimeException broken) {
            problem = ended(truncated);
        }
        return parts.isEmpty() ? Optional.empty() : Optional.of(new Parts(parts, problem));
    }

    private static String ended(boolean truncated) {
        return truncated
                ? "Only the beginning was kept: later parts are missing."
                : "The last boundary is missing: this is as far as the parts go.";
    }

    private static Part part(MultipartStream stream) throws IOException {
        FileItemHeaders head = new FileUpload().getParsedHeaders(stream.readHeaders());
        List<Head> heads = new ArrayList<>();
        for (Iterator<String> names = head.getHeaderNames(); names.hasNext(); ) {
            String name = names.next();
            head.getHeaders(name)
                    .forEachRemaining(value -> heads.add(new Head(Visible.field(name), Visible.field(value))));
        }
        @Nullable String disposition = head.getHeader("content-disposition");
        ContentDisposition parsed = disposition(disposition);
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        boolean whole = copy(stream, content);
        return new Part(
                shown(parsed.getName()),
                shown(parsed.getFilename()),
                head.getHeader("content-type"),
                heads,
                content.toByteArray(),
                whole);
    }

    private static ContentDisposition disposition(@Nullable String value) {
        try {
            return value == null ? ContentDisposition.empty() : ContentDisposition.parse(value);
        } catch (IllegalArgumentException unreadable) {
            return ContentDisposition.empty();
        }
    }

    private static @Nullable String shown(@Nullable String latin) {
        return latin == null ? null : Visible.field(latin);
    }

    /** Whether the boundary came. */
    private static boolean copy(MultipartStream stream, ByteArrayOutputStream into) {
        try (InputStream part = stream.newInputStream()) {
            part.transferTo(into);
            return true;
        } catch (IOException missing) {
            return false;
        }
    }
}
