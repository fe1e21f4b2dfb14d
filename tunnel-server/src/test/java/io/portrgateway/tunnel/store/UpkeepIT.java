package io.portrgateway.tunnel.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.tunnel.registry.Binding;
import io.portrgateway.tunnel.registry.CloseReason;
import io.portrgateway.tunnel.registry.FakeUpstream;
import io.portrgateway.tunnel.registry.ForwardResult;
import io.portrgateway.tunnel.registry.Hostname;
import io.portrgateway.tunnel.registry.HttpBinding;
import io.portrgateway.tunnel.registry.Owner;
import io.portrgateway.tunnel.registry.Tunnel;
import io.portrgateway.tunnel.registry.TunnelId;
import io.portrgateway.tunnel.store.PostgresServer.Role;
import io.portrgateway.tunnel.store.StoreKit.Member;
import io.portrgateway.tunnel.store.StoreKit.Node;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a node does by itself: revocation, commands, renewal, sweeping, start and stop. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class UpkeepIT {

    @RegisterExtension
    static final PostgresFixture postgres = new PostgresFixture();

    private static int count;

    private Connection admin;
    private Member ann;
    private Member bob;
    private String name;
    private Binding app;
    private Node node;

    @BeforeEach
    void start() throws SQLException {
        count++;
        admin = postgres.connect(Role.ADMIN);
        ann = StoreKit.member(admin, "ann" + count, "team");
        bob = StoreKit.member(admin, "bob" + count, "team");
        name = "app" + count;
        app = new HttpBinding(new Hostname(name));
        node = node("node-" + count);
    }

    @AfterEach
    void stop() throws SQLException {
        node.close();
        admin.close();
    }

    @Test
    void cutsTunnelsAndSessionsWhoseKeyWasRotated() throws SQLException {
        FakeUpstream session = new FakeUpstream();
        TunnelId id = open(node, ann, session).id();
        FakeUpstream others = new FakeUpstream();
        Tunnel bobs = opened(node.forwards
                .openForSsh(bob.owner(), new HttpBinding(new Hostname(name + "-bob")), StoreKit.CLIENT, others)
                .toCompletableFuture()
                .join());
        node.sessions.live.add(ann.owner());
        node.sessions.live.add(bob.owner());

        StoreKit.update(
                admin,
                "update membership set key_version = key_version + 1 where id = ?",
                ann.owner().membershipId());

        soon().untilAsserted(() -> assertThat(connection(id)).isEqualTo("closed revoked"));
        assertThat(session.closeReasons()).containsExactly(CloseReason.REVOKED);
        assertThat(node.sessions.ended).containsExactly(ann.owner().membershipId() + " REVOKED");
        assertThat(leaseCount()).isEqualTo("0");
        assertThat(node.registry.all()).containsExactly(bobs);
    }

    @Test
    void cutsTunnelsOfAMembershipThatEnded() throws SQLException {
        FakeUpstream session = new FakeUpstream();
        open(node, ann, session);

        StoreKit.update(
                admin, "delete from membership where id = ?", ann.owner().membershipId());

        soon().untilAsserted(() -> assertThat(session.closeReasons()).containsExactly(CloseReason.REVOKED));
        soon().untilAsserted(() -> assertThat(node.registry.all()).isEmpty());
    }

    @Test
    void cutsOnlyWhatWasOpenedWithAPublicKeyThatIsRemoved() throws SQLException {
        Owner removed = withPublicKey(ann, "SHA256:removed" + count);
        Owner kept = withPublicKey(ann, "SHA256:kept" + count);
        FakeUpstream cut = new FakeUpstream();
        Tunnel doomed = opened(node.forwards
                .openForSsh(removed, app, StoreKit.CLIENT, cut)
                .toCompletableFuture()
                .join());
        Tunnel byOtherKey = opened(node.forwards
                .openForSsh(kept, new HttpBinding(new Hostname(name + "-kept")), StoreKit.CLIENT, new FakeUpstream())
                .toCompletableFuture()
                .join());
        Tunnel bySecret = opened(node.forwards
                .openForSsh(
                        ann.owner(),
                        new HttpBinding(new Hostname(name + "-secret")),
                        StoreKit.CLIENT,
                        new FakeUpstream())
                .toCompletableFuture()
                .join());
        node.sessions.live.addAll(List.of(removed, kept, ann.owner()));

        StoreKit.update(admin, "delete from ssh_public_key where fingerprint = ?", removed.publicKey());

        soon().untilAsserted(() -> assertThat(connection(doomed.id())).isEqualTo("closed key_removed"));
        assertThat(cut.closeReasons()).containsExactly(CloseReason.KEY_REMOVED);
        assertThat(node.sessions.ended).containsExactly(ann.owner().membershipId() + " KEY_REMOVED");
        assertThat(node.registry.all()).containsExactlyInAnyOrder(byOtherKey, bySecret);
        assertThat(leaseCount()).isEqualTo("0");
    }

    @Test
    void cutsASessionWhosePublicKeyBelongsToAnotherUserByNow() throws SQLException {
        Owner before = withPublicKey(ann, "SHA256:moved" + count);
        FakeUpstream session = new FakeUpstream();
        opened(node.forwards
                .openForSsh(before, app, StoreKit.CLIENT, session)
                .toCompletableFuture()
                .join());

        StoreKit.update(
                admin,
                "update ssh_public_key set user_id = (select user_id from membership where id = ?) where fingerprint = ?",
                bob.owner().membershipId(),
                before.publicKey());

        soon().untilAsserted(() -> assertThat(session.closeReasons()).containsExactly(CloseReason.KEY_REMOVED));
    }

    @Test
    void refusesAForwardOfASessionWhosePublicKeyIsRemovedByNow() {
        Owner gone = new Owner(ann.owner().membershipId(), ann.owner().teamId(), 1, "SHA256:never registered");

        assertThat(node.forwards
                        .openForSsh(gone, app, StoreKit.CLIENT, new FakeUpstream())
                        .toCompletableFuture()
                        .join())
                .isInstanceOfSatisfying(
                        ForwardResult.Refused.class,
                        refused -> assertThat(refused.message()).isEqualTo(CloseReason.KEY_REMOVED.sentence()));
    }

    @Test
    void disconnectsOneConnectionOnCommandAndFreesItsName() throws SQLException {
        FakeUpstream session = new FakeUpstream();
        TunnelId id = open(node, ann, session).id();

        StoreKit.update(
                admin,
                "insert into tunnel_command (kind, connection_id) values ('disconnect_connection', ?)",
                id.value());

        soon().untilAsserted(() -> assertThat(connection(id)).isEqualTo("closed disconnected"));
        assertThat(session.closeReasons()).containsExactly(CloseReason.DISCONNECTED);
        assertThat(leaseCount()).isEqualTo("0");
        assertThat(node.open(id, ann, app, new FakeUpstream()).join())
                .isInstanceOfSatisfying(
                        ForwardResult.Refused.class,
                        refused -> assertThat(refused.message()).contains("from the dashboard"));
        open(node, ann, new FakeUpstream());
    }

    @Test
    void disconnectsAMemberOnCommandOnceAndHearsTheHint() throws SQLException {
        Node patient = new Node(StoreKit.config(
                        postgres.url(Role.TUNNEL), "patient-" + count, "PORTR_REVOCATION_INTERVAL", "60s"))
                .start();
        try (patient) {
            soon().until(patient.store::isReady);
            FakeUpstream session = new FakeUpstream();
            open(patient, ann, session);
            patient.sessions.live.add(ann.owner());
            patient.sessions.live.add(bob.owner());

            StoreKit.update(
                    admin,
                    "insert into tunnel_command (kind, membership_id) values ('disconnect_membership', ?)",
                    ann.owner().membershipId());
            soon().untilAsserted(() -> {
                StoreKit.update(admin, "notify portr_command");
                assertThat(session.closeReasons()).containsExactly(CloseReason.DISCONNECTED);
            });
            assertThat(patient.sessions.ended).containsExactly(ann.owner().membershipId() + " DISCONNECTED");

            FakeUpstream again = new FakeUpstream();
            Tunnel reopened = open(patient, ann, again);
            StoreKit.update(admin, "notify portr_command");
            StoreKit.update(
                    admin,
                    "insert into tunnel_command (kind, membership_id) values ('disconnect_membership', ?)",
                    bob.owner().membershipId());
            soon().untilAsserted(() -> {
                StoreKit.update(admin, "notify portr_command");
                assertThat(patient.sessions.ended).hasSize(2);
            });
            assertThat(patient.registry.all()).containsExactly(reopened);
        }
    }

    @Test
    void renewsLeasesAndCutsWhatIsLost() throws SQLException {
        Node brief =
                new Node(StoreKit.config(postgres.url(Role.TUNNEL), "brief-" + count, "PORTR_LEASE_TTL", "1s")).start();
        try (brief) {
            FakeUpstream session = new FakeUpstream();
            open(brief, ann, session);
            String before = expiry();
            soon().untilAsserted(() -> assertThat(expiry()).isGreaterThan(before));

            FakeUpstream newer = new FakeUpstream();
            open(node, ann, newer);

            soon().untilAsserted(() -> assertThat(session.closeReasons()).containsExactly(CloseReason.EXPIRED));
            assertThat(brief.registry.all()).isEmpty();
            assertThat(newer.closeReasons()).isEmpty();
        }
    }

    @Test
    void keepsTheNameOfALiveTunnelWhoseLeaseRanOut() throws SQLException {
        TunnelId id = open(node, ann, new FakeUpstream()).id();
        postgres.update(
                Role.TUNNEL, "update lease set expires_at = now() - interval '1 hour' where name = ?", app.leaseName());

        assertThat(node.open(StoreKit.reserve(admin, bob, name), bob, app, new FakeUpstream())
                        .join())
                .isInstanceOf(ForwardResult.Refused.class);

        assertThat(connection(id)).isEqualTo("active -");
    }

    @Test
    void claimsItsTunnelsAgainAfterAnotherNodeTookItForDead() throws SQLException {
        Node brief =
                new Node(StoreKit.config(postgres.url(Role.TUNNEL), "brief-" + count, "PORTR_LEASE_TTL", "1s")).start();
        try (brief) {
            TunnelId id = open(brief, ann, new FakeUpstream()).id();

            postgres.update(Role.TUNNEL, "update lease set node = null where name = ?", app.leaseName());
            postgres.update(
                    Role.TUNNEL,
                    "update connection set status = 'closed', close_reason = 'lost', closed_at = now() where id = ?",
                    id.value());

            soon().untilAsserted(() -> assertThat(connection(id)).isEqualTo("active -"));
        }
    }

    @Test
    void closesWhatADeadNodeLeftOver() throws SQLException {
        TunnelId id = StoreKit.reserve(admin, ann, name);
        postgres.update(
                Role.TUNNEL,
                "insert into lease (name, connection_id, membership_id, node, epoch, expires_at)"
                        + " values (?, ?, ?, 'dead', nextval('lease_epoch_seq'), now() - interval '5 minutes')",
                app.leaseName(),
                id.value(),
                ann.owner().membershipId());
        postgres.update(
                Role.TUNNEL, "update connection set status = 'active', started_at = now() where id = ?", id.value());
        Node brief =
                new Node(StoreKit.config(postgres.url(Role.TUNNEL), "brief-" + count, "PORTR_LEASE_TTL", "1s")).start();

        try (brief) {
            soon().untilAsserted(() -> assertThat(connection(id)).isEqualTo("closed lost"));
        }
    }

    @Test
    void holdsWhatAPreviousRunOfTheNodeLeftOver() throws SQLException {
        TunnelId id = StoreKit.reserve(admin, ann, name);
        postgres.update(
                Role.TUNNEL,
                "insert into lease (name, connection_id, membership_id, node, epoch, expires_at)"
                        + " values (?, ?, ?, ?, nextval('lease_epoch_seq'), now() + interval '1 hour')",
                app.leaseName(),
                id.value(),
                ann.owner().membershipId(),
                "again-" + count);
        postgres.update(
                Role.TUNNEL, "update connection set status = 'active', started_at = now() where id = ?", id.value());

        try (Node again = node("again-" + count)) {
            assertThat(connection(id)).isEqualTo("closed lost");
            assertThat(refused(again, bob)).contains("held");
            open(again, ann, new FakeUpstream());
        }
    }

    @Test
    void holdsItsNamesWhenItStops() throws SQLException {
        Node stopping = node("stopping-" + count);
        TunnelId id = open(stopping, ann, new FakeUpstream()).id();

        stopping.close();
        stopping.close();

        assertThat(connection(id)).isEqualTo("closed shutdown");
        assertThat(refused(node, bob)).contains("held");
        assertThat(postgres.column(Role.TUNNEL, "select id from node where id = ?", "stopping-" + count))
                .isEmpty();
        open(node, ann, new FakeUpstream());
    }

    @Test
    void refusesToRunBesideAnotherProcessOfTheSameNodeId() {
        Node twin = new Node(StoreKit.config(postgres.url(Role.TUNNEL), "node-" + count)).start();
        try (twin) {
            soon().untilAsserted(() -> assertThat(twin.store.problem())
                    .hasValueSatisfying(problem -> assertThat(problem).contains("PORTR_NODE_ID")));
            assertThat(twin.store.isReady()).isFalse();
            node.close();

            soon().until(twin.store::isReady);
        }
    }

    @Test
    void isNotReadyBeforeTheSchemaIsThere() throws SQLException {
        PostgresServer server = postgres.server();
        String empty = server.newEmptyDatabase();
        Node early = new Node(StoreKit.config(server.url(empty, Role.TUNNEL), "early-" + count)).start();
        try (early) {
            soon().untilAsserted(() -> assertThat(early.store.problem())
                    .hasValueSatisfying(problem -> assertThat(problem).contains("start admin-server")));
            assertThat(early.store.isReady()).isFalse();

            server.migrate(empty);

            soon().until(early.store::isReady);
            assertThat(early.store.problem()).isEmpty();
        }
    }

    private Node node(String id) {
        Node started = new Node(StoreKit.config(postgres.url(Role.TUNNEL), id)).start();
        soon().until(started.store::isReady);
        return started;
    }

    private Tunnel open(Node at, Member member, FakeUpstream session) throws SQLException {
        return opened(at.open(StoreKit.reserve(admin, member, name), member, app, session)
                .join());
    }

    private Owner withPublicKey(Member member, String fingerprint) throws SQLException {
        StoreKit.update(
                admin,
                "insert into ssh_public_key (user_id, name, key_type, key_blob, fingerprint)"
                        + " select user_id, 'laptop', 'ssh-ed25519', '', ? from membership where id = ?",
                fingerprint,
                member.owner().membershipId());
        return new Owner(member.owner().membershipId(), member.owner().teamId(), 1, fingerprint);
    }

    private String refused(Node at, Member member) throws SQLException {
        TunnelId id = StoreKit.reserve(admin, member, name);
        ForwardResult result = at.open(id, member, app, new FakeUpstream()).join();
        StoreKit.update(admin, "delete from connection where id = ?", id.value());
        return ((ForwardResult.Refused) result).message();
    }

    private String connection(TunnelId id) throws SQLException {
        return postgres.value(
                Role.TUNNEL,
                "select status || ' ' || coalesce(close_reason, '-') from connection where id = ?",
                id.value());
    }

    private String leaseCount() throws SQLException {
        return postgres.value(Role.TUNNEL, "select count(*) from lease where name = ?", app.leaseName());
    }

    private String expiry() throws SQLException {
        return postgres.value(
                Role.TUNNEL,
                "select extract(epoch from expires_at)::numeric(20, 6) from lease where name = ?",
                app.leaseName());
    }

    private static Tunnel opened(ForwardResult result) {
        return switch (result) {
            case ForwardResult.Opened(Tunnel tunnel) -> tunnel;
            case ForwardResult.Refused(String message) -> throw new AssertionError(message);
        };
    }

    private static ConditionFactory soon() {
        return Awaitility.await().atMost(Duration.ofSeconds(15)).pollInterval(Duration.ofMillis(20));
    }
}
