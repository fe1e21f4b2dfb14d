package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portrgateway.admin.command.TunnelCommands;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.springframework.transaction.IllegalTransactionStateException;
import org.springframework.transaction.support.TransactionOperations;

/** What a tunnel-server sees, with its own role, of what admin-server asks. */
@Timeout(60)
class TunnelCommandsIT {

    private static final String TUNNEL = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
    private static final long ALICE = 1;

    private static Gateway gateway;
    private static TunnelCommands commands;
    private static TransactionOperations transactions;

    @BeforeAll
    static void start() {
        gateway = Gateway.start();
        commands = gateway.bean(TunnelCommands.class);
        transactions = gateway.bean(TransactionOperations.class);
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @BeforeEach
    void empty() {
        gateway.sql().sql("delete from tunnel_command").update();
    }

    @Test
    void leavesARowAndAHintForOneConnection() throws SQLException {
        assertThat(hintsOf(() -> commands.disconnectConnection(TUNNEL, ALICE))).isEqualTo(1);

        assertThat(rows()).containsExactly("disconnect_connection " + TUNNEL + " - 1");
    }

    @Test
    void leavesARowAndAHintForAMember() throws SQLException {
        assertThat(hintsOf(() -> commands.disconnectMembership(77, ALICE))).isEqualTo(1);

        assertThat(rows()).containsExactly("disconnect_membership - 77 1");
    }

    @Test
    void onlyHintsWhenTheTablesSayWhatHasEnded() throws SQLException {
        assertThat(hintsOf(commands::rightsEnded)).isEqualTo(1);

        assertThat(rows()).isEmpty();
    }

    @Test
    void leavesNothingWhenTheTransactionRollsBack() throws SQLException {
        int hints = hints(listener -> transactions.execute(status -> {
            commands.disconnectConnection(TUNNEL, ALICE);
            status.setRollbackOnly();
            return true;
        }));

        assertThat(hints).isZero();
        assertThat(rows()).isEmpty();
    }

    @Test
    void refusesToWorkOutsideOfATransaction() {
        assertThatThrownBy(() -> commands.disconnectConnection(TUNNEL, ALICE))
                .isInstanceOf(IllegalTransactionStateException.class);
        assertThatThrownBy(() -> commands.disconnectMembership(77, ALICE))
                .isInstanceOf(IllegalTransactionStateException.class);
        assertThatThrownBy(commands::rightsEnded).isInstanceOf(IllegalTransactionStateException.class);
    }

    private static int hintsOf(Runnable work) throws SQLException {
        return hints(listener -> transactions.executeWithoutResult(status -> work.run()));
    }

    /** How many hints a tunnel-server hears; its own query afterwards brings whatever was sent before. */
    private static int hints(java.util.function.Consumer<Connection> work) throws SQLException {
        try (Connection listener = gateway.database.connect(EmbeddedDatabase.TUNNEL);
                Statement statement = listener.createStatement()) {
            statement.execute("listen portr_command");
            work.accept(listener);
            statement.execute("select 1");
            PGNotification[] heard = listener.unwrap(PGConnection.class).getNotifications();
            return heard == null ? 0 : heard.length;
        }
    }

    private static List<String> rows() throws SQLException {
        List<String> rows = new java.util.ArrayList<>();
        try (Connection tunnel = gateway.database.connect(EmbeddedDatabase.TUNNEL);
                Statement statement = tunnel.createStatement();
                var found = statement.executeQuery("""
                        select kind || ' ' || coalesce(connection_id, '-') || ' ' || coalesce(membership_id::text, '-')
                               || ' ' || created_by from tunnel_command order by id
                        """)) {
            while (found.next()) {
                rows.add(found.getString(1));
            }
        }
        return rows;
    }
}
