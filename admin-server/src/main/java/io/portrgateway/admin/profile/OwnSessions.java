package io.portrgateway.admin.profile;

import io.portrgateway.admin.account.Account;
import io.portrgateway.admin.audit.AuditTrail;
import io.portrgateway.admin.session.SessionView;
import io.portrgateway.admin.session.Sessions;
import io.portrgateway.admin.web.ClientAddresses;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** A user's own sessions: what they see, and what they end; each end with its line in the audit trail. Thread-safe. */
@Service
class OwnSessions {

    private final Sessions sessions;
    private final AuditTrail audit;
    private final ClientAddresses addresses;

    OwnSessions(Sessions sessions, AuditTrail audit, ClientAddresses addresses) {
        this.sessions = sessions;
        this.audit = audit;
        this.addresses = addresses;
    }

    List<SessionView> of(Account account, HttpServletRequest request) {
        return sessions.of(account.id(), request);
    }

    /** False when there is no such session of this user. */
    @Transactional
    public boolean end(Account account, String id, HttpServletRequest request) {
        boolean ended = sessions.end(account.id(), id);
        if (ended) {
            record(account, 1, request);
        }
        return ended;
    }

    /** How many there were beside the one of this request. */
    @Transactional
    public int endOthers(Account account, HttpServletRequest request) {
        int ended = sessions.endOthers(account.id(), request);
        if (ended > 0) {
            record(account, ended, request);
        }
        return ended;
    }

    private void record(Account account, int count, HttpServletRequest request) {
        audit.record(AuditTrail.Event.of("session.ended")
                .by(account.id(), account.email())
                .on(account.email())
                .with("count", count)
                .from(addresses.of(request)));
    }
}
