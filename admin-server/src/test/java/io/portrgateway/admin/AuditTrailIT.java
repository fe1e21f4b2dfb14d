package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portrgateway.admin.audit.AuditTrail;
import io.portrgateway.admin.audit.AuditTrail.Event;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.util.ReflectionTestUtils;
import org.springframework.transaction.support.TransactionOperations;

/** How events are written down, kept and removed. */
@Timeout(120)
class AuditTrailIT {

    private static Gateway gateway;
    private static AuditTrail audit;
    private static TransactionOperations transactions;

    @BeforeAll
    static void start() {
        gateway = Gateway.start("PORTR_AUDIT_RETENTION", "30d");
        audit = gateway.bean(AuditTrail.class);
        transactions = gateway.bean(TransactionOperations.class);
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static List<Map<String, Object>> events(String action) {
        return gateway.sql()
                .sql(
                        "select actor_label, subject, detail::text as detail, address from audit_event where action = :action")
                .param("action", action)
                .query()
                .listOfRows();
    }

    @Test
    void writesAllThatIsKnownInTheTransactionOfTheChange() {
        transactions.executeWithoutResult(status -> audit.record(Event.of("test.written")
                .byUnknown("ann@example.com")
                .on("my-app")
                .with("role", "admin")
                .with("nothing", null)
                .with("count", 3)
                .from("192.0.2.7")));

        assertThat(events("test.written"))
                .containsExactly(Map.of(
                        "actor_label",
                        "ann@example.com",
                        "subject",
                        "my-app",
                        "detail",
                        "{\"role\": \"admin\", \"count\": \"3\"}",
                        "address",
                        "192.0.2.7"));
    }

    @Test
    void refusesToRecordOutsideOfATransaction() {
        assertThatThrownBy(() -> audit.record(Event.of("test.outside")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("test.outside");
        assertThat(events("test.outside")).isEmpty();

        audit.note(Event.of("test.noted"));
        assertThat(events("test.noted")).hasSize(1);
    }

    @Test
    void commitsNoChangeWhoseEventCannotBeWritten() {
        JdbcClient server = gateway.bean(JdbcClient.class);

        assertThatThrownBy(() -> transactions.executeWithoutResult(status -> {
                    server.sql("insert into app_user (email) values ('unseen@example.com')")
                            .update();
                    audit.record(Event.of("user.added").by(999_999, "nobody@example.com"));
                }))
                .hasMessageContaining("audit_event");

        assertThat(gateway.sql()
                        .sql("select count(*) from app_user where email = 'unseen@example.com'")
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    @Test
    void masksKeysAndKeepsTextsToOneShortLine() {
        audit.note(Event.of("test.masked")
                .byUnknown("portr_" + "0123456789abcdef".repeat(2))
                .on("two\nlines\0" + "x".repeat(10_000)));

        Map<String, Object> event = events("test.masked").getFirst();
        assertThat(event.get("actor_label")).isEqualTo("portr_…");
        assertThat((String) event.get("subject")).startsWith("two lines x").hasSize(500);
    }

    @Test
    void keepsTheServerItselfFromRewritingEvents() throws SQLException {
        audit.note(Event.of("test.kept"));

        try (Connection connection = gateway.database.connect(EmbeddedDatabase.ADMIN);
                Statement statement = connection.createStatement()) {
            assertThatThrownBy(() -> statement.execute("update audit_event set subject = 'other'"))
                    .hasMessageContaining("permission denied");
        }
    }

    @Test
    void removesWhatIsOlderThanTheRetentionAndNothingElse() {
        gateway.sql().sql("""
                        insert into audit_event (actor_label, action, occurred_at)
                        select 'system', 'test.aged', now() - interval '30 days' + make_interval(hours => i)
                        from generate_series(-12000, 3) i where i <> 0
                        """).update();

        Integer removed = ReflectionTestUtils.invokeMethod(gateway.context.getBean("auditRetention"), "removeOld");

        assertThat(removed).isEqualTo(12_000);
        assertThat(events("test.aged")).hasSize(3);
    }
}
