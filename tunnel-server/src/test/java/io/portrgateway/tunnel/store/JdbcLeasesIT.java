package io.portrgateway.tunnel.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.tunnel.registry.Binding;
import io.portrgateway.tunnel.registry.CloseReason;
import io.portrgateway.tunnel.registry.FakeUpstream;
import io.portrgateway.tunnel.registry.ForwardResult;
import io.portrgateway.tunnel.registry.Hostname;
import io.portrgateway.tunnel.registry.HttpBinding;
import io.portrgateway.tunnel.registry.Lease;
import io.portrgateway.tunnel.registry.TcpBinding;
import io.portrgateway.tunnel.registry.Tunnel;
import io.portrgateway.tunnel.registry.TunnelError;
import io.portrgateway.tunnel.registry.TunnelId;
import io.portrgateway.tunnel.store.PostgresServer.Role;
import io.portrgateway.tunnel.store.StoreKit.Member;
import io.portrgateway.tunnel.store.StoreKit.Node;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** "One live owner per name", by two nodes on one database. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class JdbcLeasesIT {

    @RegisterExtension
    static final PostgresFixture postgres = new PostgresFixture();

    private static int count;

    private Connection admin;
    private Node one;
    private Node two;
    private Member ann;
    private Member bob;
    private String name;
    private Binding app;

    @BeforeEach
    void start() throws SQLException {
        count++;
        admin = postgres.connect(Role.ADMIN);
        ann = StoreKit.member(admin, "ann" + count, "team");
        bob = StoreKit.member(admin, "bob" + count, "team");
        name = "app" + count;
        app = new HttpBinding(new Hostname(name));
        one = new Node(StoreKit.config(postgres.url(Role.TUNNEL), "one-" + count)).start();
        two = new Node(StoreKit.config(postgres.url(Role.TUNNEL), "two-" + count)).start();
    }

    @AfterEach
    void stop() throws SQLException {
        one.close();
        two.close();
        admin.close();
    }

    @Test
    void marksTheConnectionActive() throws SQLException {
        TunnelId id = StoreKit.reserve(admin, ann, name);

        opened(one.open(id, ann, app, new FakeUpstream()));

        assertThat(connection(id)).isEqualTo("active - 127.0.0.1 true true");
        assertThat(leaseNode()).isEqualTo("one-" + count);
    }

    @Test
    void joinsFurtherSessionsOfTheSameConnectionWithTheSameEpoch() throws SQLException {
        TunnelId id = StoreKit.reserve(admin, ann, name);
        Tunnel tunnel = opened(one.open(id, ann, app, new FakeUpstream()));

        assertThat(opened(one.open(id, ann, app, new FakeUpstream()))).isSameAs(tunnel);
    }

    @Test
    void letsAMemberTakeTheirOwnNameOver() throws SQLException {
        TunnelId older = StoreKit.reserve(admin, ann, name);
        FakeUpstream olderSession = new FakeUpstream();
        Tunnel before = opened(one.open(older, ann, app, olderSession));
        TunnelId newer = StoreKit.reserve(admin, ann, name);

        Tunnel after = opened(one.open(newer, ann, app, new FakeUpstream()));

        assertThat(after.lease().epoch()).isGreaterThan(before.lease().epoch());
        assertThat(connection(older)).startsWith("closed taken_over");
        assertThat(connection(newer)).startsWith("active");
        assertThat(olderSession.closeReasons()).containsExactly(CloseReason.TAKEN_OVER);
    }

    @Test
    void refusesTheConnectionThatWasTakenOverWhileItsSuccessorLives() throws SQLException {
        TunnelId older = StoreKit.reserve(admin, ann, name);
        opened(one.open(older, ann, app, new FakeUpstream()));
        TunnelId newer = StoreKit.reserve(admin, ann, name);
        FakeUpstream newerSession = new FakeUpstream();
        Tunnel successor = opened(two.open(newer, ann, app, newerSession));

        assertThat(refused(one.open(older, ann, app, new FakeUpstream()))).contains("a newer session of yours");
        two.forwards
                .close(successor, newerSession, CloseReason.CLIENT)
                .toCompletableFuture()
                .join();

        opened(one.open(older, ann, app, new FakeUpstream()));
    }

    @Test
    void refusesAnotherMembershipWhileTheNameIsServed() throws SQLException {
        opened(one.open(StoreKit.reserve(admin, ann, name), ann, app, new FakeUpstream()));
        TunnelId others = StoreKit.reserve(admin, bob, name);

        assertThat(refused(one.open(others, bob, app, new FakeUpstream()))).contains("in use");
        assertThat(refused(two.open(others, bob, app, new FakeUpstream()))).contains("in use");
        assertThat(connection(others)).startsWith("reserved");
    }

    @Test
    void holdsALostNameForItsOwnerOnly() throws SQLException {
        TunnelId id = StoreKit.reserve(admin, ann, name);
        FakeUpstream session = new FakeUpstream();
        Tunnel tunnel = opened(one.open(id, ann, app, session));
        one.forwards
                .close(tunnel, session, CloseReason.LOST)
                .toCompletableFuture()
                .join();
        assertThat(connection(id)).startsWith("closed lost");

        TunnelId others = StoreKit.reserve(admin, bob, name);
        assertThat(refused(two.open(others, bob, app, new FakeUpstream()))).containsPattern("held .* another \\d+ s");

        opened(two.open(id, ann, app, new FakeUpstream()));
        assertThat(connection(id)).startsWith("active");
    }

    @Test
    void freesTheNameAtOnceWhenTheClientSaysGoodBye() throws SQLException {
        TunnelId id = StoreKit.reserve(admin, ann, name);
        FakeUpstream session = new FakeUpstream();
        Tunnel tunnel = opened(one.open(id, ann, app, session));
        one.forwards
                .close(tunnel, session, CloseReason.CLIENT)
                .toCompletableFuture()
                .join();

        Tunnel next = opened(two.open(StoreKit.reserve(admin, bob, name), bob, app, new FakeUpstream()));

        assertThat(next.lease().epoch()).isGreaterThan(tunnel.lease().epoch());
    }

    @Test
    void givesAnExpiredNameToAnybodyAndClosesTheOldRow() throws SQLException {
        TunnelId id = StoreKit.reserve(admin, ann, name);
        // As a node leaves it that was killed
        insertLeaseOfDeadNode(id, "- interval '1 second'");

        TunnelId others = StoreKit.reserve(admin, bob, name);
        opened(two.open(others, bob, app, new FakeUpstream()));

        assertThat(connection(id)).startsWith("closed lost");
        assertThat(connection(others)).startsWith("active");
    }

    @Test
    void keepsTheNameOfADeadNodeUntilItsTimeIsOver() throws SQLException {
        TunnelId id = StoreKit.reserve(admin, ann, name);
        insertLeaseOfDeadNode(id, "+ interval '1 minute'");

        assertThat(refused(two.open(StoreKit.reserve(admin, bob, name), bob, app, new FakeUpstream())))
                .contains("in use");
        opened(two.open(id, ann, app, new FakeUpstream()));
    }

    @Test
    void refusesANameThatAnotherMemberReservedForGood() throws SQLException {
        StoreKit.update(
                admin,
                "insert into reserved_subdomain (subdomain, membership_id) values (?, ?)",
                name,
                bob.owner().membershipId());
        TunnelId id = StoreKit.reserve(admin, ann, name);

        assertThat(refused(one.open(id, ann, app, new FakeUpstream()))).contains("reserved");
        assertThat(postgres.column(Role.TUNNEL, "select name from lease where name = ?", app.leaseName()))
                .isEmpty();
    }

    @Test
    void refusesANameThatTheApiJustGaveToAnotherMember() throws SQLException {
        StoreKit.reserve(admin, bob, name);

        assertThat(refused(openForSsh(one, ann, app, new FakeUpstream()))).contains("another member");

        StoreKit.update(admin, "delete from connection where subdomain = ?", name);
        opened(openForSsh(one, ann, app, new FakeUpstream()));
    }

    @Test
    void makesAConnectionRowForPlainSshAndNoneWhenItIsRefused() throws SQLException {
        Tunnel tunnel = opened(openForSsh(one, ann, app, new FakeUpstream()));
        assertThat(postgres.value(
                        Role.TUNNEL,
                        "select origin from connection where id = ?",
                        tunnel.id().value()))
                .isEqualTo("ssh");

        refused(openForSsh(two, bob, app, new FakeUpstream()));

        assertThat(postgres.column(Role.TUNNEL, "select id from connection where subdomain = ?", name))
                .containsExactly(tunnel.id().value());
    }

    @Test
    void recordsThePortOfATcpTunnelAndAllowsOneForwardOnly() throws SQLException {
        TunnelId id = StoreKit.reserve(admin, ann, null);
        TcpBinding port = freePort();
        opened(one.open(id, ann, port, new FakeUpstream()));
        assertThat(postgres.value(Role.TUNNEL, "select port from connection where id = ?", id.value()))
                .isEqualTo(Integer.toString(port.port()));

        assertThat(refused(one.open(id, ann, freePort(), new FakeUpstream()))).contains("one forward only");
        assertThat(refused(one.open(id, ann, port, new FakeUpstream()))).contains("one forward only");
    }

    @Test
    void allowsOneOfSeveralPortsThatOneTcpConnectionAsksForAtOnce() throws SQLException {
        TunnelId id = StoreKit.reserve(admin, ann, null);

        List<CompletableFuture<ForwardResult>> results = new ArrayList<>();
        for (int port = 30005; port <= 30010; port++) {
            results.add(one.open(id, ann, new TcpBinding(port), new FakeUpstream()));
        }

        assertThat(results.stream().map(CompletableFuture::join).filter(ForwardResult.Opened.class::isInstance))
                .hasSize(1);
    }

    @Test
    void refusesANameOtherThanTheReservedOne() throws SQLException {
        TunnelId id = StoreKit.reserve(admin, ann, name);

        assertThat(refused(one.open(id, ann, new HttpBinding(new Hostname("other")), new FakeUpstream())))
                .contains("not for other");
        assertThat(refused(one.open(id, ann, freePort(), new FakeUpstream()))).contains("not for");
        assertThat(refused(one.open(id, bob, app, new FakeUpstream()))).contains("not for");
    }

    @Test
    void refusesAReservationThatIsGone() throws SQLException {
        TunnelId id = StoreKit.reserve(admin, ann, name);
        StoreKit.update(admin, "delete from connection where id = ?", id.value());

        assertThat(refused(one.open(id, ann, app, new FakeUpstream()))).contains("ask for a new one");
    }

    @Test
    void refusesASessionWhoseKeyWasRotatedAfterItsLogIn() throws SQLException {
        TunnelId id = StoreKit.reserve(admin, ann, name);
        StoreKit.update(
                admin,
                "update membership set key_version = 2 where id = ?",
                ann.owner().membershipId());

        assertThat(refused(one.open(id, ann, app, new FakeUpstream()))).contains("rotated");
        assertThat(refused(openForSsh(one, ann, app, new FakeUpstream()))).contains("rotated");
    }

    @Test
    void ignoresALateReleaseOfAnOlderEpoch() throws SQLException {
        TunnelId older = StoreKit.reserve(admin, ann, name);
        Tunnel dead = opened(one.open(older, ann, app, new FakeUpstream()));
        TunnelId newer = StoreKit.reserve(admin, ann, name);
        opened(two.open(newer, ann, app, new FakeUpstream()));

        one.store
                .leases()
                .release(dead, CloseReason.CLIENT)
                .toCompletableFuture()
                .join();

        assertThat(connection(newer)).startsWith("active");
        assertThat(connection(older)).startsWith("closed taken_over");
        assertThat(leaseNode()).isEqualTo("two-" + count);
    }

    @Test
    void hasOneWinnerWhenTwoMembersRaceForANameOnTwoNodes() throws SQLException {
        for (int round = 0; round < 20; round++) {
            Binding binding = new HttpBinding(new Hostname(name + "-" + round));

            List<CompletableFuture<ForwardResult>> results = List.of(
                    openForSsh(one, ann, binding, new FakeUpstream()),
                    openForSsh(two, bob, binding, new FakeUpstream()),
                    openForSsh(one, bob, binding, new FakeUpstream()),
                    openForSsh(two, ann, binding, new FakeUpstream()));
            results.forEach(CompletableFuture::join);

            assertThat(postgres.column(
                            Role.TUNNEL,
                            "select membership_id from connection where status = 'active' and subdomain = ?",
                            name + "-" + round))
                    .hasSize(1);
            assertThat(results.stream()
                            .map(CompletableFuture::join)
                            .filter(ForwardResult.Opened.class::isInstance)
                            .map(result -> ((ForwardResult.Opened) result)
                                    .tunnel()
                                    .lease()
                                    .owner()
                                    .membershipId())
                            .distinct())
                    .hasSize(1);
        }
    }

    @Test
    void tellsWhichLeasesAreLost() throws SQLException {
        TunnelId older = StoreKit.reserve(admin, ann, name);
        Lease lost = opened(one.open(older, ann, app, new FakeUpstream())).lease();
        Lease kept = opened(openForSsh(one, ann, new HttpBinding(new Hostname(name + "-kept")), new FakeUpstream()))
                .lease();
        opened(two.open(StoreKit.reserve(admin, ann, name), ann, app, new FakeUpstream()));

        assertThat(one.store
                        .leases()
                        .renew(List.of(lost, kept))
                        .toCompletableFuture()
                        .join())
                .containsExactly(lost);
    }

    @Test
    void writesCountersWhileTheTunnelLivesAndTheRestWhenItEnds() throws SQLException {
        TunnelId id = StoreKit.reserve(admin, ann, name);
        FakeUpstream session = new FakeUpstream();
        Tunnel tunnel = opened(one.open(id, ann, app, session));
        opened(one.open(id, ann, app, new FakeUpstream()));
        tunnel.requestCount().add(3);
        tunnel.toVisitorBytes().add(1000);
        tunnel.toUpstreamBytes().add(10);

        Awaitility.await().untilAsserted(() -> assertThat(counters(id)).isEqualTo("3 1000 10 2"));

        tunnel.requestCount().add(1);
        one.forwards.cut(tunnel, CloseReason.DISCONNECTED).toCompletableFuture().join();
        assertThat(counters(id)).isEqualTo("4 1000 10 0");
    }

    @Test
    void addsTheSameTrafficToTheBucketOfTheTeam() throws SQLException {
        Member owner = StoreKit.member(admin, "traffic" + name);
        TunnelId id = StoreKit.reserve(admin, owner, name);
        FakeUpstream session = new FakeUpstream();
        Tunnel tunnel = opened(one.open(id, owner, app, session));
        tunnel.requestCount().add(3);
        tunnel.toVisitorBytes().add(1000);
        Awaitility.await().untilAsserted(() -> assertThat(traffic(owner)).isEqualTo("3 1000 0"));

        tunnel.requestCount().add(1);
        tunnel.toUpstreamBytes().add(7);
        one.forwards
                .close(tunnel, session, CloseReason.CLIENT)
                .toCompletableFuture()
                .join();

        assertThat(traffic(owner)).isEqualTo("4 1000 7");
        assertThat(postgres.value(
                        Role.TUNNEL,
                        "select bool_and(extract(epoch from bucket)::bigint % 300 = 0)::text from traffic where team_id = ?",
                        owner.owner().teamId()))
                .isEqualTo("true");
    }

    @Test
    void forgetsTrafficWhenItsTimeIsOver() throws SQLException {
        Member owner = StoreKit.member(admin, "old" + name);
        try (Connection node = postgres.connect(Role.TUNNEL)) {
            StoreKit.update(
                    node,
                    "insert into traffic (team_id, bucket, request_count) values (?, now() - interval '31 days', 5),"
                            + " (?, now() - interval '29 days', 6)",
                    owner.owner().teamId(),
                    owner.owner().teamId());

            Traffic.prune(node, Duration.ofDays(30));
        }

        assertThat(traffic(owner)).isEqualTo("6 0 0");
    }

    @Test
    void writesErrorsAndTheTimesOfUseAndKeepsThemWhenTheConnectionComesBack() throws SQLException {
        TunnelId id = StoreKit.reserve(admin, ann, name);
        FakeUpstream session = new FakeUpstream();
        Tunnel tunnel = opened(one.open(id, ann, app, session));
        assertThat(errors(id)).isEqualTo("0 - false false");
        tunnel.requestCount().add(2);
        tunnel.failed(TunnelError.SERVICE_TIMEOUT);
        tunnel.failed(TunnelError.SERVICE_REFUSED);

        Awaitility.await().untilAsserted(() -> assertThat(errors(id)).isEqualTo("2 service_refused true true"));

        tunnel.failed(TunnelError.SERVICE_CLOSED);
        one.forwards
                .close(tunnel, session, CloseReason.LOST)
                .toCompletableFuture()
                .join();
        assertThat(errors(id)).isEqualTo("3 service_closed true true");
        opened(one.open(id, ann, app, new FakeUpstream()));
        assertThat(errors(id)).isEqualTo("3 service_closed true true");
    }

    @Test
    void tellsWhichSoftwareAndWhichNodeServeAConnection() throws SQLException {
        TunnelId id = StoreKit.reserve(admin, ann, name);

        opened(one.open(id, ann, app, new FakeUpstream()));

        assertThat(postgres.value(
                        Role.TUNNEL, "select client_software || ' ' || node from connection where id = ?", id.value()))
                .isEqualTo("Test_1.0 one-" + count);
    }

    @Test
    void refusesADisconnectedNameForAsLongAsItIsHeld() throws SQLException {
        Tunnel cut = opened(openForSsh(one, ann, app, new FakeUpstream()));
        one.forwards.cut(cut, CloseReason.DISCONNECTED).toCompletableFuture().join();
        hold("connection_id", cut.id().value());

        assertThat(refused(openForSsh(two, ann, app, new FakeUpstream()))).containsPattern("dashboard; .* \\d+ s");
        assertThat(refused(one.open(StoreKit.reserve(admin, ann, name), ann, app, new FakeUpstream())))
                .contains("dashboard");
        opened(openForSsh(one, ann, new HttpBinding(new Hostname(name + "-other")), new FakeUpstream()));
        opened(openForSsh(one, ann, port(1), new FakeUpstream()));

        StoreKit.update(
                admin,
                "update tunnel_command set hold_until = now() where connection_id = ?",
                cut.id().value());
        opened(openForSsh(one, ann, app, new FakeUpstream()));
    }

    @Test
    void refusesTheSamePortToPlainSshAndAnyPortToThePortrClient() throws SQLException {
        TcpBinding port = port(2);
        Tunnel bySsh = opened(openForSsh(one, ann, port, new FakeUpstream()));
        one.forwards.cut(bySsh, CloseReason.DISCONNECTED).toCompletableFuture().join();
        hold("connection_id", bySsh.id().value());

        assertThat(refused(openForSsh(one, ann, port, new FakeUpstream()))).contains("dashboard");
        opened(openForSsh(one, ann, port(3), new FakeUpstream()));
        TunnelId byPortr = StoreKit.reserve(admin, ann, null);
        opened(one.open(byPortr, ann, port(4), new FakeUpstream()));

        hold("connection_id", byPortr.value());
        assertThat(refused(one.open(StoreKit.reserve(admin, ann, null), ann, port(5), new FakeUpstream())))
                .contains("dashboard");
    }

    @Test
    void refusesEverythingOfADisconnectedMemberForAsLongAsItIsHeld() throws SQLException {
        hold("membership_id", ann.owner().membershipId());

        assertThat(refused(openForSsh(one, ann, app, new FakeUpstream()))).contains("dashboard");
        assertThat(refused(one.open(StoreKit.reserve(admin, ann, null), ann, port(6), new FakeUpstream())))
                .contains("dashboard");
        opened(openForSsh(one, bob, app, new FakeUpstream()));
    }

    @Test
    void addsTheCountersOfAConnectionThatComesBack() throws SQLException {
        TunnelId id = StoreKit.reserve(admin, ann, name);
        for (int round = 0; round < 2; round++) {
            FakeUpstream session = new FakeUpstream();
            Tunnel tunnel = opened(one.open(id, ann, app, session));
            tunnel.requestCount().add(5);
            one.forwards
                    .close(tunnel, session, CloseReason.LOST)
                    .toCompletableFuture()
                    .join();
        }

        assertThat(counters(id)).isEqualTo("10 0 0 0");
    }

    private void hold(String column, Object id) throws SQLException {
        StoreKit.update(
                admin,
                "insert into tunnel_command (kind, hold_until, " + column + ") values ('disconnect_"
                        + column.replace("_id", "") + "', now() + interval '1 minute', ?)",
                id);
    }

    private String errors(TunnelId id) throws SQLException {
        return postgres.value(
                Role.TUNNEL,
                "select error_count || ' ' || coalesce(last_error, '-') || ' ' || (last_error_at is not null) || ' '"
                        + " || (last_request_at is not null) from connection where id = ?",
                id.value());
    }

    private void insertLeaseOfDeadNode(TunnelId id, String expiry) throws SQLException {
        postgres.update(
                Role.TUNNEL,
                "insert into lease (name, connection_id, membership_id, node, epoch, expires_at)"
                        + " values (?, ?, ?, 'dead', nextval('lease_epoch_seq'), now() " + expiry + ")",
                app.leaseName(),
                id.value(),
                ann.owner().membershipId());
        postgres.update(
                Role.TUNNEL, "update connection set status = 'active', started_at = now() where id = ?", id.value());
    }

    private CompletableFuture<ForwardResult> openForSsh(
            Node node, Member member, Binding binding, FakeUpstream upstream) {
        return node.forwards
                .openForSsh(member.owner(), binding, StoreKit.CLIENT, upstream)
                .toCompletableFuture();
    }

    /** One of ten ports, which other tests' members may still have held. */
    private static TcpBinding port(int number) throws SQLException {
        TcpBinding port = new TcpBinding(30_000 + number);
        postgres.update(Role.TUNNEL, "delete from lease where node is null and name = ?", port.leaseName());
        return port;
    }

    private TcpBinding freePort() {
        return new TcpBinding(one.ports.anyFreePort().orElseThrow());
    }

    private String connection(TunnelId id) throws SQLException {
        return postgres.value(
                Role.TUNNEL,
                "select status || ' ' || coalesce(close_reason, '-') || ' ' || coalesce(client_address, '-') || ' '"
                        + " || (started_at is not null) || ' ' || (closed_at is null) from connection where id = ?",
                id.value());
    }

    private String counters(TunnelId id) throws SQLException {
        return postgres.value(
                Role.TUNNEL,
                "select request_count || ' ' || to_visitor_bytes || ' ' || to_upstream_bytes || ' ' || session_count"
                        + " from connection where id = ?",
                id.value());
    }

    private String traffic(Member member) throws SQLException {
        return postgres.value(
                Role.TUNNEL,
                "select coalesce(sum(request_count) || ' ' || sum(to_visitor_bytes) || ' ' || sum(to_upstream_bytes), '-')"
                        + " from traffic where team_id = ?",
                member.owner().teamId());
    }

    private String leaseNode() throws SQLException {
        return postgres.value(Role.TUNNEL, "select node from lease where name = ?", app.leaseName());
    }

    private static Tunnel opened(CompletableFuture<ForwardResult> future) {
        return switch (future.join()) {
            case ForwardResult.Opened(Tunnel tunnel) -> tunnel;
            case ForwardResult.Refused(String message) -> throw new AssertionError(message);
        };
    }

    private static String refused(CompletableFuture<ForwardResult> future) {
        return switch (future.join()) {
            case ForwardResult.Opened opened -> throw new AssertionError("opened");
            case ForwardResult.Refused(String message) -> message;
        };
    }
}
