package io.portrgateway.admin.exchange;

/** One header or trailer field, one character per byte as it came (ISO 8859-1). Immutable. */
public record HeaderField(String name, String value) {

    public boolean isNamed(String other) {
        return name.equalsIgnoreCase(other);
    }
}
