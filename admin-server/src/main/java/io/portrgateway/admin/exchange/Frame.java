package io.portrgateway.admin.exchange;

import org.jspecify.annotations.Nullable;

/**
 * A frame of a WebSocket, or an event of a server-sent stream. Nobody changes the array.
 *
 * @param number from 1, in the order of passing
 * @param atMicros since the exchange's start
 * @param kind text, binary, continuation, ping, pong, close or event
 * @param last the message ends here
 * @param compressed it came compressed
 * @param inflated {@code content} is what a compressed frame says; else it is as it passed, because something before it is
 *     missing
 * @param totalBytes as it passed
 */
// nobody compares them, and a copy of a mebibyte per reader is too dear
@SuppressWarnings("ArrayRecordComponent")
public record Frame(
        int number,
        long atMicros,
        Direction direction,
        String kind,
        boolean last,
        boolean compressed,
        boolean inflated,
        long totalBytes,
        boolean truncated,
        @Nullable Integer closeCode,
        @Nullable String eventName,
        @Nullable String eventId,
        byte[] content) {}
