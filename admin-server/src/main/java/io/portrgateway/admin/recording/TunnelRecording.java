package io.portrgateway.admin.recording;

import org.jspecify.annotations.Nullable;

/**
 * How the requests to one member's name are recorded, whichever tunnel serves it. Immutable.
 *
 * @param owner the member's e-mail address
 * @param mode null: as the team
 * @param privately whether only this member sees them
 * @param live whether a tunnel runs under the name now
 */
record TunnelRecording(
        long membershipId,
        String owner,
        String subdomain,
        @Nullable RecordingMode mode,
        boolean privately,
        boolean live) {

    /** The mode, or the empty text. */
    public String modeText() {
        return mode == null ? "" : mode.text();
    }
}
