package io.portrgateway.tunnel.capture;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import io.portrgateway.tunnel.capture.JsonPath.Step;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;

/** Replaces the values at some paths of JSON texts. Immutable. */
final class JsonPaths {

    private final List<JsonPath> paths;
    private final boolean blind;

    private JsonPaths(List<JsonPath> paths, boolean blind) {
        this.paths = List.copyOf(paths);
        this.blind = blind;
    }

    /** Paths that cannot be read make {@link #replace} refuse every text, for nobody knows what they were to hide. */
    static JsonPaths of(List<String> texts) {
        List<JsonPath> paths = new ArrayList<>();
        boolean blind = false;
        for (String text : texts) {
            try {
                paths.add(JsonPath.parse(text));
            } catch (IllegalArgumentException unreadable) {
                blind = true;
            }
        }
        return new JsonPaths(paths, blind);
    }

    boolean isBlind() {
        return blind;
    }

    boolean isEmpty() {
        return paths.isEmpty() && !blind;
    }

    /**
     * The text with the values at the paths replaced; the same text when there are none. Names that occur twice stay so;
     * blanks between tokens do not.
     *
     * @throws IOException when it is no JSON, or more deeply nested than anybody needs
     */
    String replace(String json, String mark) throws IOException {
        if (blind) {
            throw new IOException("a path cannot be read");
        }
        JsonReader reader = new JsonReader(new StringReader(json));
        StringWriter text = new StringWriter(json.length());
        try (Copy copy = new Copy(paths, mark, reader, new JsonWriter(text))) {
            copy.value();
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw new IOException("more than one value");
            }
            return copy.isChanged ? text.toString() : json;
        } catch (IllegalStateException unexpected) {
            throw new IOException(unexpected);
        }
    }

    /** One pass through one text. */
    private static final class Copy implements AutoCloseable {

        private final List<JsonPath> paths;
        private final String mark;
        private final JsonReader reader;
        private final JsonWriter writer;
        private final List<Step> at = new ArrayList<>();
        private boolean isChanged;

        Copy(List<JsonPath> paths, String mark, JsonReader reader, JsonWriter writer) {
            this.paths = paths;
            this.mark = mark;
            this.reader = reader;
            this.writer = writer;
        }

        /** The reader bounds how deep this goes. */
        void value() throws IOException {
            if (isWanted()) {
                reader.skipValue();
                writer.value(mark);
                isChanged = true;
                return;
            }
            switch (reader.peek()) {
                case BEGIN_OBJECT -> object();
                case BEGIN_ARRAY -> array();
                case STRING -> writer.value(reader.nextString());
                // As it was written: a number of any length and form
                case NUMBER -> writer.jsonValue(reader.nextString());
                case BOOLEAN -> writer.value(reader.nextBoolean());
                case NULL -> {
                    reader.nextNull();
                    writer.nullValue();
                }
                case END_ARRAY, END_OBJECT, NAME, END_DOCUMENT -> throw new IOException("no value");
            }
        }

        private void object() throws IOException {
            reader.beginObject();
            writer.beginObject();
            while (reader.hasNext()) {
                String name = reader.nextName();
                writer.name(name);
                below(new Step.Name(name));
            }
            reader.endObject();
            writer.endObject();
        }

        private void array() throws IOException {
            reader.beginArray();
            writer.beginArray();
            for (int index = 0; reader.hasNext(); index++) {
                below(new Step.Index(index));
            }
            reader.endArray();
            writer.endArray();
        }

        private void below(Step step) throws IOException {
            at.addLast(step);
            value();
            at.removeLast();
        }

        private boolean isWanted() {
            for (JsonPath path : paths) {
                if (path.leadsTo(at)) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public void close() throws IOException {
            reader.close();
        }
    }
}
