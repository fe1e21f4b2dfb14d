package io.portrgateway.admin.har;

import java.io.OutputStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.databind.json.JsonMapper;

/** Writes a HAR 1.2 file as it goes, so that its length costs no memory. Not thread-safe. */
final class HarWriter {

    private static final JsonMapper JSON = JsonMapper.builder()
            // the answer's stream is the container's to close
            .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
            .build();

    private final JsonGenerator json;

    /** Begins the file. */
    HarWriter(OutputStream out, String creatorVersion) {
        json = JSON.createGenerator(out);
        json.writeStartObject();
        json.writeObjectPropertyStart("log");
        json.writeStringProperty("version", "1.2");
        json.writeObjectPropertyStart("creator");
        json.writeStringProperty("name", "Portr Gateway");
        json.writeStringProperty("version", creatorVersion);
        json.writeEndObject();
        json.writeArrayPropertyStart("entries");
    }

    void add(Entry entry) {
        EntryWriter.write(json, entry);
    }

    /** An entry that {@link EntryWriter#text} wrote. */
    void addWritten(String entry) {
        json.writeRawValue(entry);
    }

    /** Ends the file, with a word to the reader if there is one to say. */
    void end(@Nullable String comment) {
        json.writeEndArray();
        if (comment != null) {
            json.writeStringProperty("comment", comment);
        }
        json.writeEndObject();
        json.writeEndObject();
        json.close();
    }
}
