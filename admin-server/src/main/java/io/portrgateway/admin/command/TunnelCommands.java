package io.portrgateway.admin.command;

import io.portrgateway.admin.settings.AdminSettings;
import java.time.Duration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * Asks every tunnel-server to cut something. The command is part of the caller's transaction: it takes effect when that
 * commits, within two seconds and usually at once, and not at all when it rolls back. Thread-safe.
 */
@Service
public class TunnelCommands {

    private final JdbcClient database;
    private final Duration hold;

    TunnelCommands(JdbcClient database, AdminSettings settings) {
        this.database = database;
        this.hold = settings.tunnels().disconnectHold();
    }

    /**
     * Ends the tunnel, whoever serves it. Its client is told that it was disconnected from the dashboard. Clients reconnect
     * by themselves: for {@code PORTR_DISCONNECT_HOLD} the member cannot open the same name again, and with this
     * connection's id never.
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void disconnectConnection(String connectionId, long byUserId) {
        database.sql("""
                        insert into tunnel_command (kind, connection_id, created_by, hold_until)
                        values ('disconnect_connection', :connection, :by, now() + make_interval(secs => :hold))
                        """)
                .param("connection", connectionId)
                .param("hold", holdSeconds())
                .param("by", byUserId)
                .update();
        hint();
    }

    /** Ends all tunnels and all SSH sessions of a member, who can open none for {@code PORTR_DISCONNECT_HOLD}. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void disconnectMembership(long membershipId, long byUserId) {
        database.sql("""
                        insert into tunnel_command (kind, membership_id, created_by, hold_until)
                        values ('disconnect_membership', :membership, :by, now() + make_interval(secs => :hold))
                        """)
                .param("membership", membershipId)
                .param("hold", holdSeconds())
                .param("by", byUserId)
                .update();
        hint();
    }

    /**
     * To be called in the transaction that takes a right away: a secret key rotated ({@code key_version} raised), an SSH
     * public key removed, a membership or a user deleted. The tables say what has ended, and the nodes look at them at
     * least every two seconds; this makes them look at once.
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void rightsEnded() {
        hint();
    }

    private double holdSeconds() {
        return hold.toMillis() / 1000.0;
    }

    private void hint() {
        database.sql("notify portr_command").update();
    }
}
