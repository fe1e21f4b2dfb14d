package io.portrgateway.tunnel.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.portrgateway.tunnel.metrics.StoreMetrics.Task;
import io.portrgateway.tunnel.registry.Accounts;
import io.portrgateway.tunnel.registry.Hostname;
import io.portrgateway.tunnel.registry.LoginResult;
import io.portrgateway.tunnel.registry.Owner;
import io.portrgateway.tunnel.registry.SecretKey;
import io.portrgateway.tunnel.registry.TunnelId;
import io.portrgateway.tunnel.registry.TunnelKind;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Log-in decisions out of the tables of admin-server. Nothing is cached: a rotated key is refused at once. An unknown
 * name costs the same query and the same comparison as a wrong key. Thread-safe.
 */
final class JdbcAccounts implements Accounts {

    /** What an unknown connection is compared with. No key has this digest. */
    private static final byte[] NO_DIGEST = new byte[32];

    private final Database database;

    JdbcAccounts(Database database) {
        this.database = database;
    }

    @Override
    public CompletionStage<LoginResult> byConnection(TunnelId tunnelId, SecretKey key) {
        byte[] presented = sha256(key.reveal().getBytes(UTF_8));
        return database.submit(Task.LOGIN, connection -> byConnection(connection, tunnelId, presented));
    }

    private static LoginResult byConnection(Connection connection, TunnelId tunnelId, byte[] presented)
            throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("""
                select m.id, m.team_id, m.key_version, m.secret_key_hash, c.type, c.subdomain
                from connection c
                join membership m on m.id = c.membership_id
                where c.id = ?
                """)) {
            query.setString(1, tunnelId.value());
            try (ResultSet row = query.executeQuery()) {
                boolean isKnown = row.next();
                boolean isRight =
                        MessageDigest.isEqual(isKnown ? row.getBytes("secret_key_hash") : NO_DIGEST, presented);
                if (!isKnown || !isRight) {
                    return new LoginResult.Denied();
                }
                boolean isHttp = "http".equals(row.getString("type"));
                return new LoginResult.PortrClient(
                        owner(row, null),
                        tunnelId,
                        isHttp ? TunnelKind.HTTP : TunnelKind.TCP,
                        isHttp ? Optional.of(new Hostname(row.getString("subdomain"))) : Optional.empty());
            }
        }
    }

    @Override
    public CompletionStage<LoginResult> byTeamAndKey(String teamSlug, SecretKey key) {
        byte[] presented = sha256(key.reveal().getBytes(UTF_8));
        return database.submit(Task.LOGIN, connection -> byTeamAndKey(connection, teamSlug, presented));
    }

    private static LoginResult byTeamAndKey(Connection connection, String teamSlug, byte[] presented)
            throws SQLException {
        // The look-up goes by the digest of a random key: its time tells nothing about the key
        try (PreparedStatement query = connection.prepareStatement("""
                select m.id, m.team_id, m.key_version, m.secret_key_hash as proof, u.email
                from membership m
                join team t on t.id = m.team_id
                join app_user u on u.id = m.user_id
                where t.slug = ? and m.secret_key_hash = ?
                """)) {
            query.setString(1, teamSlug);
            query.setBytes(2, presented);
            return sshClient(query, teamSlug, presented, null);
        }
    }

    @Override
    public CompletionStage<LoginResult> byTeamAndPublicKey(String teamSlug, byte[] keyBlob) {
        byte[] blob = keyBlob.clone();
        return database.submit(Task.LOGIN, connection -> byTeamAndPublicKey(connection, teamSlug, blob));
    }

    private static LoginResult byTeamAndPublicKey(Connection connection, String teamSlug, byte[] keyBlob)
            throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("""
                select m.id, m.team_id, m.key_version, k.key_blob as proof, u.email
                from ssh_public_key k
                join membership m on m.user_id = k.user_id
                join team t on t.id = m.team_id
                join app_user u on u.id = m.user_id
                where t.slug = ? and k.fingerprint = ?
                """)) {
            query.setString(1, teamSlug);
            String fingerprint = fingerprint(keyBlob);
            query.setString(2, fingerprint);
            return sshClient(query, teamSlug, keyBlob, fingerprint);
        }
    }

    @Override
    public void publicKeyUsed(byte[] keyBlob) {
        String fingerprint = fingerprint(keyBlob);
        database.submit(Task.LOGIN, connection -> {
            // Rarely written: the page that shows it says "today", and log-ins come in bursts
            try (PreparedStatement update = connection.prepareStatement("""
                    update ssh_public_key set last_used_at = now()
                    where fingerprint = ? and (last_used_at is null or last_used_at < now() - interval '1 minute')
                    """)) {
                update.setString(1, fingerprint);
                return update.executeUpdate();
            }
        });
    }

    private static LoginResult sshClient(
            PreparedStatement query, String teamSlug, byte[] presented, @Nullable String publicKey)
            throws SQLException {
        try (ResultSet row = query.executeQuery()) {
            if (!row.next() || !MessageDigest.isEqual(row.getBytes("proof"), presented)) {
                return new LoginResult.Denied();
            }
            return new LoginResult.SshClient(owner(row, publicKey), teamSlug, row.getString("email"));
        }
    }

    private static Owner owner(ResultSet row, @Nullable String publicKey) throws SQLException {
        return new Owner(row.getLong("id"), row.getLong("team_id"), row.getInt("key_version"), publicKey);
    }

    /** As {@code ssh-keygen -l} prints it. */
    static String fingerprint(byte[] keyBlob) {
        return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(sha256(keyBlob));
    }

    static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}
