package io.portrgateway.tunnel.ssh;

import io.portrgateway.tunnel.metrics.SshMetrics.Limit;
import io.portrgateway.tunnel.metrics.SshMetrics.Login;
import io.portrgateway.tunnel.registry.LoginResult;
import io.portrgateway.tunnel.registry.SecretKey;
import io.portrgateway.tunnel.registry.TunnelId;
import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns log-in requests into questions to the accounts, and failures into counters. Thread-safe; never blocks; its
 * stages complete on any thread.
 *
 * <p>A portr client is known by the colon in its user name, {@code <connection_id>:<secret_key>} (portr-protocol 3.4);
 * team slugs have none.
 */
final class Authenticator {

    private static final Logger LOG = LoggerFactory.getLogger(Authenticator.class);

    private final SshContext context;

    Authenticator(SshContext context) {
        this.context = context;
    }

    static boolean isPortr(String user) {
        return user.indexOf(':') >= 0;
    }

    static CompletionStage<LoginResult> denied() {
        return CompletableFuture.completedFuture(new LoginResult.Denied());
    }

    /** For portr the password's content does not matter: its secret is in the user name. */
    CompletionStage<LoginResult> byPassword(String user, String password) {
        int colon = user.indexOf(':');
        if (colon < 0) {
            return password.isEmpty()
                    ? denied()
                    : ask(() -> context.accounts().byTeamAndKey(user, new SecretKey(password)));
        }
        SecretKey key = new SecretKey(user.substring(colon + 1));
        return TunnelId.parse(user.substring(0, colon))
                .map(tunnelId -> ask(() -> context.accounts().byConnection(tunnelId, key)))
                .orElseGet(Authenticator::denied);
    }

    CompletionStage<LoginResult> byPublicKey(String user, PublicKeyRequest request) {
        return ask(() -> context.accounts().byTeamAndPublicKey(user, request.blob()));
    }

    void publicKeyUsed(PublicKeyRequest proven) {
        context.accounts().publicKeyUsed(proven.blob());
    }

    int maxTries() {
        return context.config().login().maxTries();
    }

    Duration failureDelay() {
        return context.config().login().failureDelay();
    }

    boolean mayNotTry(InetAddress address) {
        return context.limits().mayNotTry(address);
    }

    void failed(SshSession session) {
        context.limits().loginFailed(session.address());
        context.metrics().login(Login.DENIED);
        LOG.info(
                "login_denied session={} address={}",
                session.id(),
                session.address().getHostAddress());
    }

    void triesExhausted() {
        context.metrics().refused(Limit.LOGIN_TRIES);
    }

    void unavailable(String sessionId, @Nullable Throwable failure) {
        context.metrics().login(Login.UNAVAILABLE);
        LOG.warn(
                "login_unavailable session={} error={}",
                sessionId,
                failure == null ? "none" : failure.getClass().getSimpleName());
    }

    private static CompletionStage<LoginResult> ask(Supplier<CompletionStage<LoginResult>> question) {
        try {
            return question.get();
        } catch (RuntimeException failure) {
            return CompletableFuture.failedFuture(failure);
        }
    }
}
