package io.portrgateway.admin.body;

/** What a body is, as far as it decides how to show it. */
public enum Kind {
    EMPTY("Empty"),
    JSON("JSON"),
    FORM("Form"),
    MULTIPART("Multipart"),
    XML("XML"),
    HTML("HTML"),
    IMAGE("Image"),
    TEXT("Text"),
    BINARY("Binary");

    private final String words;

    Kind(String words) {
        this.words = words;
    }

    public String words() {
        return words;
    }

    /** Whether it is made of characters. */
    public boolean isText() {
        return switch (this) {
            case JSON, FORM, XML, HTML, TEXT -> true;
            case EMPTY, MULTIPART, IMAGE, BINARY -> false;
        };
    }
}
