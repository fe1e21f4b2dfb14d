package io.portrgateway.tunnel.capture;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Header or trailer fields in their order, duplicates included, one character per byte as they came. Immutable. */
public final class Fields {

    public static final Fields NONE = new Fields(new CharSequence[0]);

    /** Name and value in turn. */
    private final CharSequence[] parts;

    private Fields(CharSequence[] parts) {
        this.parts = parts;
    }

    /** Holds on to names and values, which nobody changes, and not to the headers, which somebody might. */
    public static Fields of(HttpHeaders headers) {
        if (headers.isEmpty()) {
            return NONE;
        }
        List<CharSequence> parts = new ArrayList<>(headers.size() * 2);
        Iterator<Map.Entry<CharSequence, CharSequence>> fields = headers.iteratorCharSequence();
        while (fields.hasNext()) {
            Map.Entry<CharSequence, CharSequence> field = fields.next();
            parts.add(field.getKey());
            parts.add(field.getValue());
        }
        return new Fields(parts.toArray(CharSequence[]::new));
    }

    public int count() {
        return parts.length / 2;
    }

    public String name(int index) {
        return parts[2 * index].toString();
    }

    public String value(int index) {
        return parts[2 * index + 1].toString();
    }

    /** The value of the first field of this name, in any case. */
    @Nullable
    String first(String name) {
        for (int i = 0; i < parts.length; i += 2) {
            if (name.length() == parts[i].length() && name.equalsIgnoreCase(parts[i].toString())) {
                return parts[i + 1].toString();
            }
        }
        return null;
    }

    /** The same fields with one value changed. */
    Fields with(int index, String value) {
        CharSequence[] changed = parts.clone();
        changed[2 * index + 1] = value;
        return new Fields(changed);
    }

    /** Heap that the fields take, roughly. */
    int heldBytes() {
        int bytes = 0;
        for (CharSequence part : parts) {
            bytes += part.length() + 48;
        }
        return bytes;
    }
}
