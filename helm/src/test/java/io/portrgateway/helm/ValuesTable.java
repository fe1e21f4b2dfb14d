package io.portrgateway.helm;

import com.google.gson.GsonBuilder;
import java.nio.file.Path;

/** The table of values in the README. */
final class ValuesTable {

    static final Path PATH = Chart.DIRECTORY.resolve("README.md");
    static final String BEGIN = "<!-- values:begin -->\n";
    static final String END = "<!-- values:end -->";

    private ValuesTable() {}

    static String of(ValuesFile values) {
        StringBuilder table = new StringBuilder("| Value | Default | Meaning |\n| --- | --- | --- |\n");
        for (ValuesFile.Entry entry : values.entries()) {
            if (!entry.isSection()) {
                table.append("| `%s` | `%s` | %s |%n".formatted(entry.dotted(), shown(entry), escaped(entry)));
            }
        }
        return table.toString();
    }

    /** The README with the table of these values in place of the one that is there. */
    static String into(String readme, ValuesFile values) {
        int begin = readme.indexOf(BEGIN) + BEGIN.length();
        int end = readme.indexOf(END);
        if (begin < BEGIN.length() || end < begin) {
            throw new AssertionError("README.md has no " + BEGIN.strip() + " … " + END);
        }
        return readme.substring(0, begin) + of(values) + readme.substring(end);
    }

    private static String shown(ValuesFile.Entry entry) {
        String json = new GsonBuilder().disableHtmlEscaping().create().toJson(entry.defaultValue());
        return json.replace("|", "\\|");
    }

    private static String escaped(ValuesFile.Entry entry) {
        return entry.documentation().replace("|", "\\|");
    }
}
