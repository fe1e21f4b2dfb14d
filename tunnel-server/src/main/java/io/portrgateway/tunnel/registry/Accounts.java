package io.portrgateway.tunnel.registry;

import java.util.concurrent.CompletionStage;

/**
 * Port to the log-in decisions. Implementations never block the caller, take the same time for unknown and for wrong
 * credentials, and complete exceptionally only when the database cannot be asked (then the client is told so, and told
 * to come back, instead of "wrong key").
 */
public interface Accounts {

    /** portr log-in: {@code <connection_id>:<secret_key>}; every state of the connection is accepted (3.4). */
    CompletionStage<LoginResult> byConnection(TunnelId tunnelId, SecretKey key);

    /** Plain SSH with the member's secret key as password; {@code teamSlug} must name the key's team. */
    CompletionStage<LoginResult> byTeamAndKey(String teamSlug, SecretKey key);

    /**
     * Plain SSH with a registered public key of a member of the team. Asked before the signature is checked, so an
     * accepted answer is no identity yet: only the session that proves the key may use it.
     *
     * @param keyBlob the public key in SSH wire form
     */
    CompletionStage<LoginResult> byTeamAndPublicKey(String teamSlug, byte[] keyBlob);

    /** Notes that a log-in proved this public key, which is more than being asked about it. Best effort. */
    default void publicKeyUsed(byte[] keyBlob) {}
}
