package io.portrgateway.tunnel.registry;

import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Accounts in memory. Thread-safe; answers on a thread of its own, as the real ones do. */
public final class FakeAccounts implements Accounts {

    private final Map<String, LoginResult.SshClient> byKey = new ConcurrentHashMap<>();
    private final Map<String, LoginResult.SshClient> byPublicKey = new ConcurrentHashMap<>();
    private final Map<TunnelId, LoginResult.PortrClient> connections = new ConcurrentHashMap<>();
    private final AtomicLong ids = new AtomicLong();
    private final AtomicInteger questionCount = new AtomicInteger();
    private volatile boolean down;
    private volatile CompletableFuture<Void> gate = CompletableFuture.completedFuture(null);

    /** A member with a secret key. */
    public Owner addMember(String teamSlug, String secretKey) {
        Owner owner = new Owner(ids.incrementAndGet(), Math.abs((long) teamSlug.hashCode()), 1);
        byKey.put(secretKey, new LoginResult.SshClient(owner, teamSlug, "member" + owner.membershipId()));
        return owner;
    }

    /** Ends the key: what logs in with it from now on is denied. */
    public void removeKey(String secretKey) {
        byKey.remove(secretKey);
    }

    /** Registers a public key, in SSH wire form, of the member with that secret key. */
    public void addPublicKey(String secretKey, byte[] blob) {
        byPublicKey.put(Base64.getEncoder().encodeToString(blob), byKey.get(secretKey));
    }

    /** Reserves an http tunnel. */
    public TunnelId reserveHttp(String secretKey, String subdomain) {
        return reserve(secretKey, TunnelKind.HTTP, Optional.of(new Hostname(subdomain)));
    }

    /** Reserves a tcp tunnel. */
    public TunnelId reserveTcp(String secretKey) {
        return reserve(secretKey, TunnelKind.TCP, Optional.empty());
    }

    /** While true, every question fails as with a database that cannot be asked. */
    public void setDown(boolean isDown) {
        down = isDown;
    }

    /** Answers wait until the given stage completes. */
    public void answerAfter(CompletableFuture<Void> opened) {
        gate = opened;
    }

    /** Questions asked so far. */
    public int questionCount() {
        return questionCount.get();
    }

    @Override
    public CompletionStage<LoginResult> byConnection(TunnelId tunnelId, SecretKey key) {
        LoginResult.PortrClient client = connections.get(tunnelId);
        LoginResult.SshClient member = byKey.get(key.reveal());
        boolean matches = client != null && member != null && client.owner().isSameMembership(member.owner());
        return answer(matches ? client : new LoginResult.Denied());
    }

    @Override
    public CompletionStage<LoginResult> byTeamAndKey(String teamSlug, SecretKey key) {
        return answer(inTeam(byKey.get(key.reveal()), teamSlug));
    }

    @Override
    public CompletionStage<LoginResult> byTeamAndPublicKey(String teamSlug, byte[] keyBlob) {
        return answer(inTeam(byPublicKey.get(Base64.getEncoder().encodeToString(keyBlob)), teamSlug));
    }

    private TunnelId newTunnelId() {
        return new TunnelId(String.format(Locale.ROOT, "01TEST%020d", ids.incrementAndGet()));
    }

    private TunnelId reserve(String secretKey, TunnelKind kind, Optional<Hostname> hostname) {
        TunnelId tunnelId = newTunnelId();
        connections.put(
                tunnelId, new LoginResult.PortrClient(byKey.get(secretKey).owner(), tunnelId, kind, hostname));
        return tunnelId;
    }

    private CompletionStage<LoginResult> answer(LoginResult result) {
        questionCount.incrementAndGet();
        return gate.thenApplyAsync(open -> {
            if (down) {
                throw new IllegalStateException("database is down");
            }
            return result;
        });
    }

    private static LoginResult inTeam(LoginResult.SshClient client, String teamSlug) {
        return client != null && client.teamSlug().equals(teamSlug) ? client : new LoginResult.Denied();
    }
}
