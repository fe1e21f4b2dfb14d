package io.portrgateway.admin.settings;

/**
 * Limits of recorded requests as files: exports, and collections made of HAR files. Immutable.
 *
 * @param maxExported most requests in one export; it says so when there are more
 * @param maxUploadBytes longest HAR file that is taken
 * @param maxCollections most collections of a team
 * @param maxItems most requests in a collection
 * @param maxStoredBytes longest that all collections of a team may be
 */
public record FileSettings(
        int maxExported, long maxUploadBytes, int maxCollections, int maxItems, long maxStoredBytes) {

    private static final long MEBIBYTE = 1024 * 1024;

    static FileSettings read(Settings settings) {
        return new FileSettings(
                settings.integer(
                        "PORTR_EXPORT_MAX_REQUESTS",
                        10_000,
                        1,
                        10_000_000,
                        "Most requests in one export (HAR, JSON Lines); a longer one is cut and says so"),
                settings.bytes(
                        "PORTR_HAR_MAX_UPLOAD",
                        "64MiB",
                        1024,
                        2047 * MEBIBYTE,
                        "Longest HAR file that a member may upload"),
                settings.integer("PORTR_COLLECTIONS_PER_TEAM", 100, 0, 100_000, "Most collections of a team"),
                settings.integer("PORTR_COLLECTION_MAX_REQUESTS", 2_000, 1, 100_000, "Most requests in a collection"),
                settings.bytes(
                        "PORTR_COLLECTIONS_MAX_BYTES",
                        "256MiB",
                        1024,
                        1024 * 1024 * MEBIBYTE,
                        "Bytes that all collections of a team may hold"));
    }
}
