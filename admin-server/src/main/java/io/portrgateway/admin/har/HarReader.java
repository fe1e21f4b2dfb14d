package io.portrgateway.admin.har;

import java.io.InputStream;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads a HAR file entry by entry, so that only one is in memory. Confined to one file. */
final class HarReader {

    private static final int MAX_DEPTH = 64;
    private static final int MAX_NAME_CHARS = 10_000;

    private final JsonMapper mapper;
    private final Consumer<Entry> reader;
    private int entries;
    private int skipped;
    private boolean isHar;
    private @Nullable String creator;

    private HarReader(int maxTextChars, Consumer<Entry> reader) {
        this.mapper = new JsonMapper(JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxStringLength(maxTextChars)
                        .maxNestingDepth(MAX_DEPTH)
                        .maxNameLength(MAX_NAME_CHARS)
                        .build())
                .build());
        this.reader = reader;
    }

    /**
     * What was in a file.
     *
     * @param creator the program that wrote it; empty when it does not say
     * @param entries all of them
     * @param skipped those among them that were never on a network
     */
    record Read(String creator, int entries, int skipped) {}

    /** Gives each entry to the reader; a {@link HarProblem} when the file is none, or as the reader throws it. */
    static Read read(InputStream file, int maxTextChars, Consumer<Entry> reader) {
        return new HarReader(maxTextChars, reader).file(file);
    }

    private Read file(InputStream file) {
        try (JsonParser parser = mapper.createParser(file)) {
            try {
                if (parser.nextToken() != JsonToken.START_OBJECT) {
                    throw new HarProblem("This is no HAR file: it does not begin with an object.");
                }
                while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                    boolean log = parser.currentName().equals("log");
                    if (parser.nextToken() == JsonToken.START_OBJECT && log) {
                        log(parser);
                    } else {
                        parser.skipChildren();
                    }
                }
            } catch (StreamConstraintsException tooLong) {
                throw new HarProblem(place(parser) + "longer or deeper than this server takes.");
            }
        } catch (JacksonException broken) {
            throw new HarProblem((entries == 0 ? "" : "After entry " + entries + ": ") + "this is not JSON (line "
                    + broken.getLocation().getLineNr() + "). The file may be cut off.");
        }
        if (!isHar) {
            throw new HarProblem("This is no HAR file: it has no list log.entries.");
        }
        return new Read(creator == null ? "" : creator, entries, skipped);
    }

    private void log(JsonParser parser) {
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            if (name.equals("entries") && value == JsonToken.START_ARRAY) {
                isHar = true;
                entries(parser);
            } else if (name.equals("creator") && value == JsonToken.START_OBJECT) {
                JsonNode node = parser.readValueAsTree();
                creator = node.path("name").asString("");
            } else {
                parser.skipChildren();
            }
        }
    }

    private void entries(JsonParser parser) {
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            JsonNode node = parser.readValueAsTree();
            entries++;
            Optional<Entry> entry = EntryReader.read(entries, node);
            entry.ifPresent(reader);
            skipped += entry.isPresent() ? 0 : 1;
        }
    }

    /** Where the parser is, as people find it: entries count from 1. */
    private String place(JsonParser parser) {
        String path = parser.streamReadContext().pathAsPointer().toString().replace('/', '.');
        String field = path.replaceFirst("^\\.log\\.entries\\.\\d+\\.?", "");
        return field.equals(path)
                ? "The file is "
                : "Entry " + (entries + 1) + ", " + (field.isEmpty() ? "" : field + ": ");
    }
}
