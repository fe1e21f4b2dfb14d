package io.portrgateway.admin.imports;

import io.portrgateway.admin.settings.DatabaseUrl;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The database that is read, in the forms that Portr's own {@code PORTR_DB_URL} knows. Immutable. */
public sealed interface Origin {

    /** {@code sqlite:/data/db.sqlite}, {@code sqlite:///data/db.sqlite}, {@code sqlite3://./db.sqlite}. */
    Pattern SQLITE = Pattern.compile("sqlite3?:(?://)?([^?]+)(?:\\?.*)?");

    /** How it is called in messages; never with a password. */
    String place();

    /** A PostgreSQL database. */
    record Postgres(DatabaseUrl url) implements Origin {
        @Override
        public String place() {
            return url.place();
        }
    }

    /** An SQLite file. */
    record Sqlite(Path file) implements Origin {
        @Override
        public String place() {
            return file.toString();
        }
    }

    /** Parses either form; the message of the exception never contains the text, which may hold a password. */
    static Origin parse(String text) {
        Matcher sqlite = SQLITE.matcher(text);
        if (!sqlite.matches()) {
            return new Postgres(DatabaseUrl.parse(text));
        }
        try {
            return new Sqlite(Path.of(sqlite.group(1)));
        } catch (InvalidPathException malformed) {
            throw new IllegalArgumentException("malformed path", malformed);
        }
    }
}
