package io.portrgateway.admin.exchange;

/**
 * What is kept of a body, as it passed: with its content coding, without the transfer coding. Nobody changes the array.
 *
 * @param totalBytes what passed in all
 * @param truncated whether the end is missing
 */
// nobody compares them, and a copy of a mebibyte per reader is too dear
@SuppressWarnings("ArrayRecordComponent")
public record StoredBody(byte[] content, long totalBytes, boolean truncated) {

    /** Nothing passed, or nothing was kept. */
    public static StoredBody none(long totalBytes) {
        return new StoredBody(new byte[0], totalBytes, totalBytes > 0);
    }
}
