package io.portrgateway.tunnel.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portrgateway.tunnel.store.PostgresServer.Role;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract between the two servers, as the database enforces it. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class GrantsIT {

    @RegisterExtension
    static final PostgresFixture postgres = new PostgresFixture();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select secret_key_encrypted from membership",
                "select * from membership",
                "select password_hash from app_user",
                "select access_token_encrypted from github_account",
                "select token_hash from api_token",
                "select token_hash from sign_in_link",
                "select id from audit_event",
                "delete from connection",
                "update connection set membership_id = 1",
                "update membership set role = 'admin'",
                "insert into tunnel_command (kind) values ('disconnect_membership')",
                "delete from exchange",
                "delete from replay",
                "select membership_id from replay_batch",
                "update replay set body = ''",
                "update replay set connection_id = ''",
                "update exchange set target = '/'",
                "update exchange_frame set content = ''",
                "select private_key from capture_seal_key",
                "select wrapped_key from capture_data_key",
                "delete from capture_data_key",
                "update team_capture set encrypted = false",
                "delete from tunnel_capture",
                "insert into replay (id) values ('')",
                "update replay set target = '/'",
                "create table public.mine (id integer)",
                "delete from flyway_schema_history",
                "drop table lease"
            })
    void refusesTheTunnelServer(String sql) {
        assertThatThrownBy(() -> run(Role.TUNNEL, sql))
                .isInstanceOfSatisfying(
                        SQLException.class,
                        failure -> assertThat(failure.getSQLState()).isEqualTo("42501"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select id, user_id, team_id, secret_key_hash, key_version from membership",
                "select id, subdomain from reserved_subdomain",
                "select id, status from connection for update",
                "select version, success from flyway_schema_history",
                "select name, epoch from lease for update",
                "select nextval('lease_epoch_seq')",
                "select nextval('exchange_seq')",
                "select id, kind from tunnel_command",
                "select key_blob from ssh_public_key",
                "update ssh_public_key set last_used_at = now()",
                "select ensure_exchange_partitions(3)",
                "select drop_exchange_partitions('2000-01-01')",
                "select exchange_disk_use()",
                "update exchange set status = 200",
                "update exchange set seq = nextval('exchange_seq'), outcome = 'completed', frame_count = 1",
                "select mode from team_capture",
                "select id, public_key from capture_seal_key",
                "select drop_capture_data_keys('2000-01-01')",
                "select mode from tunnel_capture",
                "insert into capture_usage (team_id, day) values (1, '2000-01-01')",
                "listen portr_capture",
                "delete from node",
                "select id from replay where state = 'waiting' for update skip locked",
                "update replay set state = 'failed', failure = 'node_lost', node = 'a'",
                "listen portr_command"
            })
    void letsTheTunnelServer(String sql) throws SQLException {
        run(Role.TUNNEL, sql.replace("", ""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "update connection set status = 'active'",
                "insert into lease (name, connection_id, membership_id, epoch, expires_at) values ('http:a', '', 1, 1, now())",
                "delete from lease",
                "insert into exchange_body (exchange_id, started_at, team_id, direction, total_bytes, truncated, content)"
                        + " values ('', now(), 1, 'toVisitor', 0, false, '')",
                "select ensure_exchange_partitions(3)",
                "drop table lease"
            })
    void refusesTheAdminServer(String sql) {
        assertThatThrownBy(() -> run(Role.ADMIN, sql))
                .isInstanceOfSatisfying(
                        SQLException.class,
                        failure -> assertThat(failure.getSQLState()).isEqualTo("42501"));
    }

    @Test
    void makesAndDropsPartitionsForBothServers() throws SQLException {
        run(Role.TUNNEL, "select ensure_exchange_partitions(5)");
        String made = partitionCount();

        run(Role.TUNNEL, "select ensure_exchange_partitions(5)");
        assertThat(partitionCount()).isEqualTo(made).isEqualTo("21");

        assertThat(postgres.value(Role.TUNNEL, "select drop_exchange_partitions((now() at time zone 'UTC')::date)"))
                .isEqualTo("3");
        assertThat(postgres.value(Role.ADMIN, "select drop_exchange_partitions((now() at time zone 'UTC')::date + 1)"))
                .isEqualTo("3");
        run(Role.TUNNEL, "select ensure_exchange_partitions(5)");
    }

    /** A plan may ask for the day of any table before it knows which ones are partitions. */
    @Test
    void tellsTheDayOfAPartitionAndOfNothingElse() throws SQLException {
        assertThat(postgres.value(Role.OWNER, "select partition_day('exchange_body_20261122')"))
                .isEqualTo("2026-11-22");
        assertThat(postgres.value(Role.OWNER, "select coalesce(partition_day('pg_toast_12345'), '2000-01-01')"))
                .isEqualTo("2000-01-01");
    }

    @Test
    void keepsPartitionFunctionsOutOfReachOfTemporaryTables() throws SQLException {
        try (var connection = postgres.connect(Role.TUNNEL);
                var statement = connection.createStatement()) {
            statement.execute(
                    "create temporary table exchange (started_at timestamptz) partition by range (started_at)");

            statement.execute("select ensure_exchange_partitions(6)");
        }

        assertThat(
                        postgres.value(
                                Role.TUNNEL,
                                "select count(*) from pg_inherits where inhparent = 'public.exchange'::regclass and inhrelid"
                                        + " = to_regclass('public.exchange_' || to_char((now() at time zone 'UTC')::date + 6, 'YYYYMMDD'))"))
                .isEqualTo("1");
    }

    private static String partitionCount() throws SQLException {
        return postgres.value(
                Role.TUNNEL,
                "select count(*) from pg_inherits where inhparent in ('exchange'::regclass,"
                        + " 'exchange_body'::regclass, 'exchange_frame'::regclass)");
    }

    private static void run(Role role, String sql) throws SQLException {
        try (var connection = postgres.connect(role);
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
