package io.portrgateway.admin.account;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.portrgateway.admin.audit.AuditTrail;
import io.portrgateway.admin.session.SessionOrigin;
import io.portrgateway.admin.session.Sessions;
import io.portrgateway.admin.web.ClientAddresses;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Objects;
import org.springframework.security.web.csrf.CsrfTokenRepository;
import org.springframework.stereotype.Service;

/** The end of every sign-in, whatever the method: a session, or a refusal; both are recorded and counted. Thread-safe. */
@Service
public class SignIns {

    private final Sessions sessions;
    private final CsrfTokenRepository csrfTokens;
    private final AuditTrail audit;
    private final ClientAddresses addresses;
    private final MeterRegistry meters;

    SignIns(
            Sessions sessions,
            CsrfTokenRepository csrfTokens,
            AuditTrail audit,
            ClientAddresses addresses,
            MeterRegistry meters) {
        this.sessions = sessions;
        this.csrfTokens = csrfTokens;
        this.audit = audit;
        this.addresses = addresses;
        this.meters = meters;
    }

    /**
     * Begins a session of this user, who has proved who they are. Session id and CSRF token are new: whatever was known before
     * signing in is worth nothing afterwards.
     */
    public void complete(
            Account account, SignInMethod method, HttpServletRequest request, HttpServletResponse response) {
        String address = addresses.of(request);
        String userAgent = Objects.requireNonNullElse(request.getHeader("User-Agent"), "");
        sessions.start(request, account.id(), new SessionOrigin(method.label(), address, userAgent));
        csrfTokens.saveToken(null, request, response);
        count(method, "success");
        audit.note(AuditTrail.Event.of("user.signed_in")
                .by(account.id(), account.email())
                .on(account.email())
                .with("method", method.label())
                .from(address));
    }

    /**
     * Records that somebody was not let in.
     *
     * @param name as whom, when that is known to be a name: what people type by mistake may be a secret
     * @param reason why, in a word or two, for whoever reads the audit log; the person at the browser may be told less
     */
    public void refuse(String name, SignInMethod method, String reason, HttpServletRequest request) {
        count(method, "failure");
        audit.note(AuditTrail.Event.of("user.sign_in_failed")
                .byUnknown(name)
                .with("method", method.label())
                .with("reason", reason)
                .from(addresses.of(request)));
    }

    /** Whether a request that lasts, such as a stream of events, still belongs to a session. */
    public boolean isStillSignedIn(HttpServletRequest request) {
        return sessions.isLive(request);
    }

    /** Ends the session of this request. */
    public void signOut(Account account, HttpServletRequest request) {
        sessions.end(request);
        audit.note(AuditTrail.Event.of("user.signed_out")
                .by(account.id(), account.email())
                .on(account.email())
                .from(addresses.of(request)));
    }

    private void count(SignInMethod method, String outcome) {
        Counter.builder("portr.admin.sign.ins")
                .description("Attempts to sign in that were decided")
                .tag("method", method.tag())
                .tag("outcome", outcome)
                .register(meters)
                .increment();
    }
}
