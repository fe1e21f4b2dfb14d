package io.portrgateway.tunnel.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.tunnel.registry.Accounts;
import io.portrgateway.tunnel.registry.Hostname;
import io.portrgateway.tunnel.registry.LoginResult;
import io.portrgateway.tunnel.registry.Owner;
import io.portrgateway.tunnel.registry.SecretKey;
import io.portrgateway.tunnel.registry.TunnelId;
import io.portrgateway.tunnel.registry.TunnelKind;
import io.portrgateway.tunnel.store.PostgresServer.Role;
import io.portrgateway.tunnel.store.StoreKit.Member;
import io.portrgateway.tunnel.store.StoreKit.Node;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class JdbcAccountsIT {

    @RegisterExtension
    static final PostgresFixture postgres = new PostgresFixture();

    private static final byte[] PUBLIC_KEY = {1, 2, 3};
    private static final LoginResult DENIED = new LoginResult.Denied();

    private static Node node;
    private static Accounts accounts;
    private static Connection admin;
    private static Member ann;
    private static Member bob;

    @BeforeAll
    static void seed() throws SQLException {
        admin = postgres.connect(Role.ADMIN);
        ann = StoreKit.member(admin, "ann", "red");
        bob = StoreKit.member(admin, "bob", "blue");
        StoreKit.update(
                admin,
                "insert into ssh_public_key (user_id, name, key_type, key_blob, fingerprint)"
                        + " select id, 'laptop', 'ssh-ed25519', ?, ? from app_user where email = ?",
                PUBLIC_KEY,
                JdbcAccounts.fingerprint(PUBLIC_KEY),
                ann.email());
        node = new Node(StoreKit.config(postgres.url(Role.TUNNEL), "accounts"));
        accounts = node.store.accounts();
    }

    @AfterAll
    static void close() throws SQLException {
        node.close();
        admin.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"reserved", "closed", "active"})
    void acceptsAPortrClientInEveryStateOfItsConnection(String status) throws SQLException {
        TunnelId id = StoreKit.reserve(admin, ann, "app-" + status);
        postgres.update(Role.TUNNEL, "update connection set status = ? where id = ?", status, id.value());

        assertThat(answer(accounts.byConnection(id, new SecretKey(ann.key()))))
                .isEqualTo(new LoginResult.PortrClient(
                        ann.owner(), id, TunnelKind.HTTP, Optional.of(new Hostname("app-" + status))));
    }

    @Test
    void tellsThatAReservationIsForTcp() throws SQLException {
        TunnelId id = StoreKit.reserve(admin, ann, null);

        assertThat(answer(accounts.byConnection(id, new SecretKey(ann.key()))))
                .isEqualTo(new LoginResult.PortrClient(ann.owner(), id, TunnelKind.TCP, Optional.empty()));
    }

    @Test
    void deniesAnotherMembersKey() throws SQLException {
        TunnelId id = StoreKit.reserve(admin, ann, "others-key");

        assertThat(answer(accounts.byConnection(id, new SecretKey(bob.key())))).isEqualTo(DENIED);
        assertThat(answer(accounts.byConnection(id, new SecretKey("")))).isEqualTo(DENIED);
    }

    @Test
    void deniesAnUnknownConnection() {
        TunnelId unknown = new TunnelId("01ARZ3NDEKTSV4RRFFQ69G5FAV");

        assertThat(answer(accounts.byConnection(unknown, new SecretKey(ann.key()))))
                .isEqualTo(DENIED);
    }

    @Test
    void acceptsTheKeyAsPasswordOfItsOwnTeamOnly() {
        assertThat(answer(accounts.byTeamAndKey("red", new SecretKey(ann.key()))))
                .isEqualTo(new LoginResult.SshClient(ann.owner(), "red", "ann@example.com"));
        assertThat(answer(accounts.byTeamAndKey("blue", new SecretKey(ann.key()))))
                .isEqualTo(DENIED);
        assertThat(answer(accounts.byTeamAndKey("none", new SecretKey(ann.key()))))
                .isEqualTo(DENIED);
        assertThat(answer(accounts.byTeamAndKey("red", new SecretKey("portr_wrong"))))
                .isEqualTo(DENIED);
    }

    @Test
    void acceptsAPublicKeyForTheTeamsOfItsUserOnly() {
        Owner byKey =
                new Owner(ann.owner().membershipId(), ann.owner().teamId(), 1, JdbcAccounts.fingerprint(PUBLIC_KEY));
        assertThat(answer(accounts.byTeamAndPublicKey("red", PUBLIC_KEY)))
                .isEqualTo(new LoginResult.SshClient(byKey, "red", "ann@example.com"));
        assertThat(answer(accounts.byTeamAndPublicKey("blue", PUBLIC_KEY))).isEqualTo(DENIED);
        assertThat(answer(accounts.byTeamAndPublicKey("red", new byte[] {1, 2, 4})))
                .isEqualTo(DENIED);
    }

    @Test
    void notesTheUseOfAPublicKeyOnlyOnceItIsProven() throws SQLException {
        answer(accounts.byTeamAndPublicKey("red", PUBLIC_KEY));
        assertThat(lastUsed()).isNull();

        accounts.publicKeyUsed(PUBLIC_KEY);

        Awaitility.await().untilAsserted(() -> assertThat(lastUsed()).isNotNull());
    }

    @Test
    void deniesTheOldKeyAtOnceAfterARotation() throws SQLException {
        Member eve = StoreKit.member(admin, "eve", "red");
        TunnelId id = StoreKit.reserve(admin, eve, "rotated");
        assertThat(answer(accounts.byConnection(id, new SecretKey(eve.key())))).isNotEqualTo(DENIED);

        StoreKit.update(
                admin,
                "update membership set secret_key_hash = ?, key_version = key_version + 1 where id = ?",
                JdbcAccounts.sha256(new byte[] {7}),
                eve.owner().membershipId());

        assertThat(answer(accounts.byConnection(id, new SecretKey(eve.key())))).isEqualTo(DENIED);
    }

    private static String lastUsed() throws SQLException {
        return postgres.value(
                Role.ADMIN,
                "select last_used_at from ssh_public_key where fingerprint = ?",
                JdbcAccounts.fingerprint(PUBLIC_KEY));
    }

    private static LoginResult answer(CompletionStage<LoginResult> stage) {
        return stage.toCompletableFuture().join();
    }
}
