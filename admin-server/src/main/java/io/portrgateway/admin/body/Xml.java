package io.portrgateway.admin.body;

import java.io.StringReader;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * XML with a line per element, where that changes nothing that matters. No document type is read, so that nothing is fetched
 * and nothing unfolds. Stateless.
 */
final class Xml {

    private static final int MAX_DEPTH = 100;
    private static final int MAX_CHARS = 4 * 1024 * 1024;
    private static final XMLInputFactory FACTORY = factory();

    private Xml() {}

    private static XMLInputFactory factory() {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, false);
        factory.setXMLResolver((publicId, systemId, base, namespace) -> {
            throw new XMLStreamException("nothing is fetched");
        });
        return factory;
    }

    /** The text set in lines; nothing when it is no well-formed XML, has a document type, or is too big. */
    static Optional<String> pretty(String text) {
        if (text.length() > MAX_CHARS || text.contains("<!DOCTYPE")) {
            return Optional.empty();
        }
        try {
            XMLStreamReader reader = FACTORY.createXMLStreamReader(new StringReader(text));
            try {
                return Optional.of(new Printer().print(reader));
            } finally {
                reader.close();
            }
        } catch (XMLStreamException | TooDeep notXml) {
            return Optional.empty();
        }
    }

    private static final class TooDeep extends RuntimeException {

        TooDeep() {
            super("nested too deep", null, false, false);
        }
    }

    private static final class Printer {

        private final StringBuilder out = new StringBuilder();
        private int depth;
        /** A start tag whose content is not known yet, without its end. */
        private boolean open;
        /** Characters of a start tag's content, as long as nothing else was in it. */
        private @Nullable String words;

        String print(XMLStreamReader reader) throws XMLStreamException {
            if (reader.getCharacterEncodingScheme() != null || reader.getVersion() != null) {
                out.append("<?xml version=\"").append(reader.getVersion() == null ? "1.0" : reader.getVersion());
                if (reader.getCharacterEncodingScheme() != null) {
                    out.append("\" encoding=\"").append(reader.getCharacterEncodingScheme());
                }
                out.append("\"?>\n");
            }
            while (reader.hasNext()) {
                switch (reader.next()) {
                    case XMLStreamConstants.START_ELEMENT -> start(reader);
                    case XMLStreamConstants.END_ELEMENT -> end(reader.getLocalName());
                    case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> words(reader.getText());
                    case XMLStreamConstants.COMMENT -> line("<!--" + reader.getText() + "-->");
                    case XMLStreamConstants.PROCESSING_INSTRUCTION ->
                        line("<?" + reader.getPITarget() + " " + reader.getPIData() + "?>");
                    case XMLStreamConstants.ENTITY_REFERENCE -> words("&" + reader.getLocalName() + ";");
                    default -> {
                        // nothing else has a text
                    }
                }
            }
            return out.toString();
        }

        private void start(XMLStreamReader reader) {
            flush();
            indent();
            out.append('<').append(reader.getLocalName());
            for (int i = 0; i < reader.getAttributeCount(); i++) {
                out.append(' ')
                        .append(reader.getAttributeLocalName(i))
                        .append("=\"")
                        .append(escaped(reader.getAttributeValue(i)).replace("\"", "&quot;"))
                        .append('"');
            }
            open = true;
            depth++;
            if (depth > MAX_DEPTH) {
                throw new TooDeep();
            }
        }

        private void end(String name) {
            depth--;
            @Nullable String content = words;
            if (open && content == null) {
                out.append("/>\n");
            } else if (open && content != null) {
                out.append('>')
                        .append(escaped(content))
                        .append("</")
                        .append(name)
                        .append(">\n");
            } else {
                flush();
                indent();
                out.append("</").append(name).append(">\n");
            }
            open = false;
            words = null;
        }

        private void words(String text) {
            if (!text.isBlank()) {
                words = words == null ? text : words + text;
            }
        }

        private void line(String text) {
            flush();
            indent();
            out.append(text).append('\n');
        }

        private void flush() {
            if (open) {
                out.append(">\n");
                open = false;
            }
            if (words != null) {
                indent();
                out.append(escaped(words.strip())).append('\n');
                words = null;
            }
        }

        private void indent() {
            out.append("  ".repeat(depth));
        }

        private static String escaped(String text) {
            return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
        }
    }
}
