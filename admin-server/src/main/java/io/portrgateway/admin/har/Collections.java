package io.portrgateway.admin.har;

import io.portrgateway.admin.audit.AuditTrail;
import io.portrgateway.admin.exchange.Exchange;
import io.portrgateway.admin.exchange.Exchanges;
import io.portrgateway.admin.settings.AdminSettings;
import io.portrgateway.admin.settings.FileSettings;
import io.portrgateway.admin.team.Actor;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.web.Format;
import io.portrgateway.admin.web.Outcome;
import io.portrgateway.admin.web.Refusal;
import io.portrgateway.admin.web.Ulid;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionOperations;

/** The requests that teams keep: taken from HAR files or from what was recorded. Thread-safe. */
@Service
class Collections {

    static final int MAX_NAME_CHARS = 100;

    /** Longest text in a file: a body of 16 MiB in base64, and some. One entry is in memory at a time. */
    private static final int MAX_TEXT_CHARS = 24 * 1024 * 1024;

    private static final int PIECE = 20;

    private final CollectionRows rows;
    private final Exchanges exchanges;
    private final RecordedEntries recorded;
    private final BodyViews views;
    private final AuditTrail audit;
    private final TransactionOperations transactions;
    private final InstantSource clock;
    private final Format format;
    private final FileSettings limits;
    private final String version;

    Collections(
            CollectionRows rows,
            Exchanges exchanges,
            RecordedEntries recorded,
            BodyViews views,
            AuditTrail audit,
            TransactionOperations transactions,
            InstantSource clock,
            Format format,
            AdminSettings settings,
            @Value("${portr.version}") String version) {
        this.rows = rows;
        this.exchanges = exchanges;
        this.recorded = recorded;
        this.views = views;
        this.audit = audit;
        this.transactions = transactions;
        this.clock = clock;
        this.format = format;
        this.limits = settings.files();
        this.version = version;
    }

    /**
     * What was made.
     *
     * @param skipped entries of the file that were never on a network
     */
    record Made(Collection collection, int skipped) {}

    /** Newest first. */
    List<Collection> of(Member member) {
        return rows.of(member.teamId());
    }

    Optional<Collection> find(Member member, String id) {
        return rows.find(member.teamId(), id);
    }

    /** Makes a collection of a HAR file: of all of it, or of nothing, with the place of the mistake. */
    Outcome<Made> take(Member by, String name, InputStream file, String address) {
        return make(by, name, "collection.imported", address, collection -> {
            HarReader.Read read = HarReader.read(file, MAX_TEXT_CHARS, collection);
            return new Source(read.creator(), read.skipped());
        });
    }

    /** Makes a collection of recorded requests. */
    Outcome<Made> save(Member by, String name, List<String> ids, String address) {
        Consumer<Exchange> viewed = views.by(by, address, "collection");
        return make(by, name, "collection.saved", address, collection -> {
            for (String id : new LinkedHashSet<>(ids)) {
                Exchange exchange = exchanges
                        .find(by, id)
                        .orElseThrow(() -> new HarProblem("A chosen request is not there any more. Choose again."));
                collection.accept(recorded.of(exchange));
                viewed.accept(exchange);
            }
            return new Source("Portr Gateway", 0);
        });
    }

    /** Where entries came from, and how many were left out. */
    private record Source(String name, int skipped) {}

    private Outcome<Made> make(
            Member by, String name, String action, String address, Function<Consumer<Entry>, Source> entries) {
        String called = name(name);
        if (called.isEmpty()) {
            return Outcome.refused(Refusal.invalid("name", "Give the collection a name."));
        }
        try {
            return Objects.requireNonNull(transactions.execute(status -> {
                Filling filling = new Filling(by, called);
                Source source = entries.apply(filling);
                return Outcome.done(filling.end(source, action, address));
            }));
        } catch (HarProblem problem) {
            return Outcome.refused(Refusal.invalid("file", problem.sentence()));
        }
    }

    /** A collection while it is filled, within one transaction. */
    private final class Filling implements Consumer<Entry> {

        private final Member by;
        private final String name;
        private final String id = Ulid.at(clock.instant());
        private final long before;
        private int count;
        private long bytes;

        Filling(Member by, String name) {
            this.by = by;
            this.name = name;
            CollectionRows.Use use = rows.lockUse(by.teamId());
            if (use.collections() >= limits.maxCollections()) {
                throw new HarProblem("This team has " + use.collections()
                        + " collections, as many as it may (PORTR_COLLECTIONS_PER_TEAM). Delete one first.");
            }
            before = use.storedBytes();
            rows.insert(id, by, name);
        }

        @Override
        public void accept(Entry entry) {
            if (count == limits.maxItems()) {
                throw new HarProblem("There are more than " + limits.maxItems()
                        + " requests, which is the most of one collection (PORTR_COLLECTION_MAX_REQUESTS).");
            }
            bytes += rows.add(id, ++count, entry);
            if (before + bytes > limits.maxStoredBytes()) {
                throw new HarProblem("With it the collections of this team would have more than "
                        + format.bytes(limits.maxStoredBytes())
                        + " (PORTR_COLLECTIONS_MAX_BYTES). Delete one first.");
            }
        }

        Made end(Source source, String action, String address) {
            if (count == 0) {
                throw new HarProblem(
                        source.skipped() > 0
                                ? "None of its " + source.skipped() + " entries was ever on a network."
                                : "There is no request in it.");
            }
            rows.finish(id, name(source.name()), count, bytes);
            audit.record(
                    Actor.of(by, address).event(action).in(by.teamId()).on(name).with("requests", count));
            return new Made(rows.find(by.teamId(), id).orElseThrow(), source.skipped());
        }
    }

    /** Removes it; nobody but who made it and the team's admins may. */
    @Transactional
    public Outcome<Collection> delete(Member by, String id, String address) {
        Optional<Collection> found = find(by, id);
        if (found.isEmpty()) {
            return Outcome.refused(Refusal.notFound("There is no such collection any more."));
        }
        if (!found.get().mayBeDeletedBy(by)) {
            return Outcome.refused(
                    Refusal.forbidden("Only " + found.get().creator() + " and admins of the team may delete it."));
        }
        rows.delete(by.teamId(), id);
        audit.record(Actor.of(by, address)
                .event("collection.deleted")
                .in(by.teamId())
                .on(found.get().name()));
        return Outcome.done(found.get());
    }

    List<Collection.Item> items(Collection collection, long offset, int limit) {
        return rows.items(collection, offset, limit);
    }

    Optional<Entry> entry(Collection collection, int position) {
        return rows.entry(collection, position);
    }

    /** Writes it as a HAR file. */
    void export(Member reader, Collection collection, OutputStream out, String address) {
        audit.note(Actor.of(reader, address)
                .event("collection.exported")
                .in(reader.teamId())
                .on(collection.name()));
        HarWriter har = new HarWriter(out, version);
        int after = 0;
        int unreadable = 0;
        List<CollectionRows.Stored> piece;
        do {
            piece = rows.entries(collection, after, PIECE);
            for (CollectionRows.Stored stored : piece) {
                after = stored.position();
                stored.entry().ifPresent(har::addWritten);
                unreadable += stored.entry().isPresent() ? 0 : 1;
            }
        } while (piece.size() == PIECE);
        har.end(
                unreadable == 0
                        ? null
                        : unreadable + " requests are missing: they were encrypted with a key that is not configured.");
    }

    private static String name(String text) {
        String clean = text.replaceAll("\\p{Cntrl}+", " ").strip();
        return clean.length() > MAX_NAME_CHARS ? clean.substring(0, MAX_NAME_CHARS) : clean;
    }
}
