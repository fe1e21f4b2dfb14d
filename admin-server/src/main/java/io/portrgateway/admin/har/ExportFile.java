package io.portrgateway.admin.har;

import io.portrgateway.admin.exchange.Exchange;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A file of requests that is being written. Not thread-safe. */
sealed interface ExportFile {

    void add(Exchange exchange);

    /** The file is whole; the comment says what is not in it, if anything. */
    void end(@Nullable String comment);

    /** HAR 1.2. */
    record Har(HarWriter har, RecordedEntries entries) implements ExportFile {

        @Override
        public void add(Exchange exchange) {
            har.add(entries.of(exchange));
        }

        @Override
        public void end(@Nullable String comment) {
            har.end(comment);
        }
    }

    /** One JSON object per line; the comment is a last object of its own. */
    record Lines(OutputStream out, JsonLines lines) implements ExportFile {

        @Override
        public void add(Exchange exchange) {
            line(lines.shape(exchange));
        }

        @Override
        public void end(@Nullable String comment) {
            if (comment != null) {
                line(Map.of("comment", comment));
            }
        }

        private void line(Object shape) {
            try {
                out.write(EntryWriter.JSON.writeValueAsString(shape).getBytes(StandardCharsets.UTF_8));
                out.write('\n');
            } catch (IOException readerLeft) {
                throw new UncheckedIOException(readerLeft);
            }
        }
    }
}
