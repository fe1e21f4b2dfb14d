package io.portrgateway.admin.har;

import io.portrgateway.admin.secret.SecretCipher;
import io.portrgateway.admin.team.Member;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The rows of collections; every look is at those of one team. Thread-safe. */
@Component
class CollectionRows {

    private static final String PURPOSE = "collection_item.entry";
    private static final int LISTED_URL_CHARS = 2_000;
    private static final String COLUMNS =
            "id, name, source, created_by, creator, request_count, stored_bytes, created_at";

    private final JdbcClient database;
    private final SecretCipher cipher;

    CollectionRows(JdbcClient database, SecretCipher cipher) {
        this.database = database;
        this.cipher = cipher;
    }

    /** What a team has. */
    record Use(int collections, long storedBytes) {}

    /** A request as it is stored; the text is an entry as {@link EntryWriter} wrote it, or nothing without its key. */
    record Stored(int position, Optional<String> entry) {}

    /** Newest first. */
    List<Collection> of(long teamId) {
        return database.sql("select " + COLUMNS + " from collection where team_id = :team order by id desc")
                .param("team", teamId)
                .query((row, number) -> collection(row))
                .list();
    }

    Optional<Collection> find(long teamId, String id) {
        return database.sql("select " + COLUMNS + " from collection where team_id = :team and id = :id")
                .param("team", teamId)
                .param("id", id)
                .query((row, number) -> collection(row))
                .optional();
    }

    /** For the rest of the transaction nobody else adds to what this team has. */
    Use lockUse(long teamId) {
        database.sql("select pg_advisory_xact_lock(hashtextextended('portr_collections', :team))")
                .param("team", teamId)
                .query()
                .listOfRows();
        return database.sql("""
                        select count(*)::int as collections, coalesce(sum(stored_bytes), 0)::bigint as stored_bytes
                        from collection where team_id = :team
                        """)
                .param("team", teamId)
                .query((row, number) -> new Use(row.getInt(1), row.getLong(2)))
                .single();
    }

    private static Collection collection(ResultSet row) throws SQLException {
        return new Collection(
                row.getString("id"),
                row.getString("name"),
                row.getString("source"),
                row.getObject("created_by", Long.class),
                row.getString("creator"),
                row.getInt("request_count"),
                row.getLong("stored_bytes"),
                row.getObject("created_at", OffsetDateTime.class).toInstant());
    }

    void insert(String id, Member by, String name) {
        database.sql("""
                        insert into collection (id, team_id, name, source, created_by, creator)
                        values (:id, :team, :name, '', :user, :email)
                        """)
                .param("id", id)
                .param("team", by.teamId())
                .param("name", name)
                .param("user", by.userId())
                .param("email", by.email())
                .update();
    }

    /** Adds a request and answers how many bytes it takes. */
    long add(String collectionId, int position, Entry entry) {
        byte[] stored = cipher.encrypt(PURPOSE, EntryWriter.text(entry));
        String url = entry.url();
        database.sql("""
                        insert into collection_item (collection_id, position, started_at, method, url, status,
                                                     duration_micros, entry)
                        values (:collection, :position, :started, :method, :url, :status, :duration, :entry)
                        """)
                .param("collection", collectionId)
                .param("position", position)
                .param("started", entry.startedAt().atOffset(ZoneOffset.UTC))
                .param("method", entry.method())
                .param("url", url.length() > LISTED_URL_CHARS ? url.substring(0, LISTED_URL_CHARS) : url)
                .param("status", entry.status())
                .param("duration", Math.round(entry.timings().time() * 1000))
                .param("entry", stored)
                .update();
        return stored.length;
    }

    void finish(String id, String source, int requestCount, long storedBytes) {
        database.sql("""
                        update collection set source = :source, request_count = :count, stored_bytes = :bytes
                        where id = :id
                        """)
                .param("id", id)
                .param("source", source)
                .param("count", requestCount)
                .param("bytes", storedBytes)
                .update();
    }

    boolean delete(long teamId, String id) {
        return database.sql("delete from collection where team_id = :team and id = :id")
                        .param("team", teamId)
                        .param("id", id)
                        .update()
                > 0;
    }

    /** Requests of a collection that was found for its team. */
    List<Collection.Item> items(Collection collection, long offset, int limit) {
        return database.sql("""
                        select position, started_at, method, url, status, duration_micros from collection_item
                        where collection_id = :id order by position limit :limit offset :offset
                        """)
                .param("id", collection.id())
                .param("limit", limit)
                .param("offset", offset)
                .query((row, number) -> new Collection.Item(
                        row.getInt("position"),
                        row.getObject("started_at", OffsetDateTime.class).toInstant(),
                        row.getString("method"),
                        row.getString("url"),
                        row.getInt("status"),
                        row.getLong("duration_micros")))
                .list();
    }

    /** At most so many, in order, those after this position. */
    List<Stored> entries(Collection collection, int after, int limit) {
        return database.sql("""
                        select position, entry from collection_item
                        where collection_id = :id and position > :after order by position limit :limit
                        """)
                .param("id", collection.id())
                .param("after", after)
                .param("limit", limit)
                .query((row, number) -> new Stored(row.getInt(1), cipher.decrypt(PURPOSE, row.getBytes(2))))
                .list();
    }

    Optional<Entry> entry(Collection collection, int position) {
        return entries(collection, position - 1, 1).stream()
                .filter(stored -> stored.position() == position)
                .findFirst()
                .flatMap(Stored::entry)
                .flatMap(text -> EntryReader.read(position, EntryWriter.JSON.readTree(text)));
    }
}
