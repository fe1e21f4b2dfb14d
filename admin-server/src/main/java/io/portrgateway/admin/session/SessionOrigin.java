package io.portrgateway.admin.session;

import java.io.Serial;
import java.io.Serializable;

/**
 * How a session began. Immutable.
 *
 * @param method by what its user signed in, readable
 * @param address from where
 * @param userAgent what the browser called itself; at most {@value #MAX_AGENT_CHARS} characters are kept
 */
public record SessionOrigin(String method, String address, String userAgent) implements Serializable {

    static final int MAX_AGENT_CHARS = 300;

    @Serial
    private static final long serialVersionUID = 1;

    public SessionOrigin {
        userAgent = userAgent.length() > MAX_AGENT_CHARS ? userAgent.substring(0, MAX_AGENT_CHARS) : userAgent;
    }
}
