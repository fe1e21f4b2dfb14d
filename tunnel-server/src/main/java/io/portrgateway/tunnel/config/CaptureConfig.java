package io.portrgateway.tunnel.config;

import java.util.List;

/**
 * What is recorded for the request inspector. Immutable.
 *
 * @param bodyBytes kept of each body at most
 * @param frameBytes kept of each frame of a WebSocket, and of each server-sent event, at most
 * @param frameCount frames or events kept of each stream at most
 * @param queueBytes heap for records that are not written yet
 * @param ratePerSecond exchanges recorded per tunnel, in the long run; 0 for no limit
 * @param teamBytes bodies and heads stored of one team, unless it says otherwise; 0 for no limit
 * @param diskBytes what the tables of all teams may take; 0 for no limit
 * @param redactedHeaders names of header fields whose values are not kept
 * @param redactedParameters names of query parameters and form fields whose values are not kept
 */
public record CaptureConfig(
        Mode mode,
        int bodyBytes,
        int frameBytes,
        int frameCount,
        long queueBytes,
        int ratePerSecond,
        long teamBytes,
        long diskBytes,
        List<String> redactedHeaders,
        List<String> redactedParameters) {

    private static final long MIB = 1L << 20;
    private static final long MOST_DISK = 1L << 50;
    private static final String HEADERS =
            "Authorization,Proxy-Authorization,Cookie,Set-Cookie,X-Api-Key,Api-Key,X-Auth-Token,X-Access-Token,"
                    + "X-Csrf-Token,X-Xsrf-Token,X-Amz-Security-Token";
    private static final String PARAMETERS =
            "access_token,refresh_token,id_token,token,api_key,apikey,client_secret,secret,password,"
                    + "X-Amz-Signature,X-Amz-Security-Token";

    /** How much of an exchange is recorded. */
    public enum Mode {
        /** Heads and bodies. */
        FULL,
        /** Heads, sizes and times. */
        METADATA,
        /** Nothing. */
        OFF
    }

    public CaptureConfig {
        redactedHeaders = List.copyOf(redactedHeaders);
        redactedParameters = List.copyOf(redactedParameters);
    }

    /** Reads the section; problems are noted in {@code settings}. */
    public static CaptureConfig read(Settings settings) {
        return new CaptureConfig(
                settings.choice(
                        "PORTR_CAPTURE",
                        Mode.FULL,
                        "what is recorded of each request for the inspector, unless its team or tunnel says otherwise:"
                                + " full, metadata (no bodies) or off"),
                (int) settings.bytes(
                        "PORTR_CAPTURE_BODY", "1MiB", 0, 64 * MIB, "bytes recorded of each request and response body"),
                (int) settings.bytes(
                        "PORTR_CAPTURE_FRAME",
                        "16KiB",
                        0,
                        MIB,
                        "bytes recorded of each WebSocket frame and server-sent event; all of one direction together"
                                + " are bounded by PORTR_CAPTURE_BODY"),
                settings.integer(
                        "PORTR_CAPTURE_FRAMES",
                        1000,
                        0,
                        1_000_000,
                        "WebSocket frames or server-sent events recorded of each stream; those beyond are counted"),
                settings.bytes(
                        "PORTR_CAPTURE_QUEUE",
                        "32MiB",
                        MIB,
                        4096 * MIB,
                        "memory for records on their way to the database; what does not fit is dropped and counted"),
                settings.integer(
                        "PORTR_CAPTURE_RATE",
                        100,
                        0,
                        1_000_000,
                        "requests per second recorded of one tunnel, after a burst of ten seconds' worth;"
                                + " 0 for no limit"),
                settings.bytes(
                        "PORTR_CAPTURE_TEAM_BYTES",
                        "0B",
                        0,
                        MOST_DISK,
                        "bytes of heads and bodies stored of one team, unless it has a limit of its own; above it no bodies"
                                + " are recorded until old days go; 0B for no limit"),
                settings.bytes(
                        "PORTR_CAPTURE_DISK",
                        "10GiB",
                        0,
                        MOST_DISK,
                        "disk that recorded requests may take in the database; the oldest days are dropped above it, and"
                                + " nothing is recorded while today alone takes more; 0B for no limit"),
                settings.list(
                        "PORTR_CAPTURE_REDACT_HEADERS",
                        HEADERS,
                        "header fields whose values are replaced by a mark before anything is stored"),
                settings.list(
                        "PORTR_CAPTURE_REDACT_PARAMETERS",
                        PARAMETERS,
                        "query parameters and form fields whose values are replaced by a mark before anything is stored"));
    }
}
