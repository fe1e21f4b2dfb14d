package io.portrgateway.tunnel.ssh;

import io.portrgateway.tunnel.metrics.SshMetrics.Login;
import io.portrgateway.tunnel.registry.LoginResult;
import io.portrgateway.tunnel.registry.Owner;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.sshd.common.Service;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.apache.sshd.common.util.closeable.AbstractCloseable;
import org.jspecify.annotations.Nullable;

/**
 * The {@code ssh-userauth} service (RFC 4252): {@code none}, {@code password} and {@code publickey}, one decision at a
 * time. Confined to the session's event loop.
 *
 * <p>MINA's own service is not used: it logs user names, which for portr hold the secret key, decides requests that
 * overlap in any order, and asks about a key before its signature was checked.
 */
final class UserAuthService extends AbstractCloseable implements Service {

    static final String NAME = "ssh-userauth";

    /** Requests a client may send without waiting for the answer to the one before. */
    private static final int MAX_WAITING_REQUESTS = 4;

    private final SshSession session;
    private final Authenticator authenticator;
    private final Map<String, Object> properties = new ConcurrentHashMap<>();
    private final Deque<Buffer> waiting = new ArrayDeque<>();

    private @Nullable String user;
    private int tryCount;
    private boolean deciding;

    UserAuthService(SshSession session, Authenticator authenticator) {
        this.session = session;
        this.authenticator = authenticator;
    }

    @Override
    public Session getSession() {
        return session;
    }

    @Override
    public Map<String, Object> getProperties() {
        return properties;
    }

    @Override
    public void start() {
        // The client speaks first.
    }

    @Override
    public void process(int command, Buffer buffer) throws Exception {
        if (session.owner() != null) {
            return;
        }
        if (command != SshConstants.SSH_MSG_USERAUTH_REQUEST) {
            session.disconnect(SshConstants.SSH2_DISCONNECT_PROTOCOL_ERROR, "not a log-in request");
            return;
        }
        if (!deciding) {
            handle(buffer);
            return;
        }
        if (waiting.size() == MAX_WAITING_REQUESTS) {
            session.disconnect(SshConstants.SSH2_DISCONNECT_PROTOCOL_ERROR, "too many log-in requests at once");
            return;
        }
        waiting.add(ByteArrayBuffer.getCompactClone(buffer.array(), buffer.rpos(), buffer.available()));
    }

    private void handle(Buffer buffer) throws IOException {
        String asked = buffer.getString();
        String service = buffer.getString();
        String method = buffer.getString();
        if (!ForwardingService.NAME.equals(service)) {
            session.disconnect(SshConstants.SSH2_DISCONNECT_SERVICE_NOT_AVAILABLE, "only ssh-connection is served");
            return;
        }
        if (user != null && !user.equals(asked)) {
            session.disconnect(
                    SshConstants.SSH2_DISCONNECT_ILLEGAL_USER_NAME, "the user name cannot change during the log-in");
            return;
        }
        user = asked;
        if ("none".equals(method)) {
            sendFailure(asked);
            return;
        }
        tryCount++;
        if (tryCount > authenticator.maxTries()) {
            authenticator.triesExhausted();
            session.disconnect(SshConstants.SSH2_DISCONNECT_NO_MORE_AUTH_METHODS_AVAILABLE, "too many log-in attempts");
            return;
        }
        switch (method) {
            case "password" -> password(asked, buffer);
            case "publickey" -> publicKey(asked, buffer);
            default -> sendFailure(asked);
        }
    }

    private void password(String asked, Buffer buffer) throws IOException {
        boolean change = buffer.getBoolean();
        String password = buffer.getString();
        if (change || buffer.available() > 0) {
            sendFailure(asked);
            return;
        }
        Login how = Authenticator.isPortr(asked) ? Login.PORTR : Login.SSH_PASSWORD;
        decide(() -> authenticator.byPassword(asked, password), result -> conclude(asked, how, result));
    }

    private void publicKey(String asked, Buffer buffer) throws IOException {
        if (Authenticator.isPortr(asked)) {
            sendFailure(asked);
            return;
        }
        PublicKeyRequest request = PublicKeyRequest.read(buffer);
        if (request.isSigned()) {
            // The signature comes first: only the session that proves the key learns who it belongs to.
            if (!request.verify(session, asked)) {
                decide(Authenticator::denied, result -> conclude(asked, Login.SSH_KEY, result));
                return;
            }
            decide(() -> authenticator.byPublicKey(asked, request), result -> {
                if (!(result instanceof LoginResult.Denied)) {
                    authenticator.publicKeyUsed(request);
                }
                conclude(asked, Login.SSH_KEY, result);
            });
        } else if (!request.isUsable()) {
            sendFailure(asked);
        } else {
            decide(() -> authenticator.byPublicKey(asked, request), result -> answerOffer(asked, request, result));
        }
    }

    /** What to do with a decision, on the loop. */
    @FunctionalInterface
    private interface Conclusion {
        void take(LoginResult result) throws Exception;
    }

    /** Asks only when the address may still try, so that a refused one costs no question to the database. */
    private void decide(Supplier<CompletionStage<LoginResult>> question, Conclusion conclusion) throws IOException {
        if (authenticator.mayNotTry(session.address())) {
            session.disconnect(
                    SshConstants.SSH2_DISCONNECT_TOO_MANY_CONNECTIONS,
                    "too many failed log-ins from your address; try again in a minute");
            return;
        }
        deciding = true;
        question.get()
                .whenComplete((result, failure) -> session.loop().execute(() -> decided(result, failure, conclusion)));
    }

    private void decided(@Nullable LoginResult result, @Nullable Throwable failure, Conclusion conclusion) {
        if (session.isClosing()) {
            return;
        }
        try {
            if (result == null || failure != null) {
                authenticator.unavailable(session.id(), failure);
                session.disconnect(
                        SshConstants.SSH2_DISCONNECT_SERVICE_NOT_AVAILABLE,
                        "the gateway's database is down, try again in a minute");
                return;
            }
            conclusion.take(result);
        } catch (Exception broken) {
            session.exceptionCaught(broken);
        }
    }

    private void conclude(String asked, Login how, LoginResult result) throws Exception {
        switch (result) {
            case LoginResult.PortrClient client -> succeed(client, client.owner(), how);
            case LoginResult.SshClient client -> succeed(client, client.owner(), how);
            case LoginResult.Denied denied -> {
                authenticator.failed(session);
                later(() -> sendFailure(asked));
            }
        }
    }

    private void answerOffer(String asked, PublicKeyRequest request, LoginResult result) throws Exception {
        if (result instanceof LoginResult.Denied) {
            // An offer is no failed log-in: agents hold many keys and offer them all.
            sendFailure(asked);
        } else {
            session.writePacket(request.accepted(session));
        }
        next();
    }

    private void succeed(LoginResult proven, Owner owner, Login how) throws Exception {
        waiting.clear();
        session.loggedIn(proven, owner, how, new ByteArrayBuffer());
    }

    /** Failures come late, so that guessing is slow however fast the answer was found. */
    private void later(Step step) {
        session.loop()
                .schedule(
                        () -> {
                            if (session.isClosing()) {
                                return;
                            }
                            try {
                                step.run();
                                next();
                            } catch (Exception broken) {
                                session.exceptionCaught(broken);
                            }
                        },
                        authenticator.failureDelay().toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    @FunctionalInterface
    private interface Step {
        void run() throws Exception;
    }

    private void next() throws IOException {
        deciding = false;
        while (!deciding && !session.isClosing()) {
            Buffer request = waiting.poll();
            if (request == null) {
                return;
            }
            handle(request);
        }
    }

    private void sendFailure(String asked) throws IOException {
        Buffer answer = session.createBuffer(SshConstants.SSH_MSG_USERAUTH_FAILURE, Long.SIZE);
        answer.putString(Authenticator.isPortr(asked) ? "password" : "publickey,password");
        answer.putBoolean(false);
        session.writePacket(answer);
    }
}
