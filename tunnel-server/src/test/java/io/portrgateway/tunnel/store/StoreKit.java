package io.portrgateway.tunnel.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.f4b6a3.ulid.UlidCreator;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.portrgateway.tunnel.config.Settings;
import io.portrgateway.tunnel.config.StoreConfig;
import io.portrgateway.tunnel.metrics.StoreMetrics;
import io.portrgateway.tunnel.registry.Client;
import io.portrgateway.tunnel.registry.CloseReason;
import io.portrgateway.tunnel.registry.FakePorts;
import io.portrgateway.tunnel.registry.FakeUpstream;
import io.portrgateway.tunnel.registry.ForwardResult;
import io.portrgateway.tunnel.registry.Forwards;
import io.portrgateway.tunnel.registry.LiveSessions;
import io.portrgateway.tunnel.registry.Owner;
import io.portrgateway.tunnel.registry.TunnelId;
import io.portrgateway.tunnel.registry.TunnelRegistry;
import io.portrgateway.tunnel.store.PostgresServer.Role;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** What the store's tests share: members as admin-server makes them, and a node without SSH and sockets. */
public final class StoreKit {

    /** What the sessions of tests say about themselves. */
    public static final Client CLIENT = new Client("127.0.0.1", "Test_1.0");

    private StoreKit() {}

    /** A user with one membership, whose key is known. */
    public record Member(Owner owner, String teamSlug, String email, String key) {}

    /** A membership in a new team. */
    public static Member member(Connection asAdmin, String name) throws SQLException {
        return member(asAdmin, name, "team-" + name);
    }

    /** A new user's membership in a team, which is made when it is new. */
    public static Member member(Connection asAdmin, String name, String teamSlug) throws SQLException {
        String key = "portr_" + name;
        String email = name + "@example.com";
        update(asAdmin, "insert into team (name, slug) values (?, ?) on conflict do nothing", teamSlug, teamSlug);
        update(asAdmin, "insert into app_user (email) values (?)", email);
        try (PreparedStatement insert = asAdmin.prepareStatement("""
                insert into membership (user_id, team_id, secret_key_hash, secret_key_encrypted)
                select u.id, t.id, ?, '' from app_user u, team t where u.email = ? and t.slug = ?
                returning id, team_id
                """)) {
            insert.setBytes(1, JdbcAccounts.sha256(key.getBytes(UTF_8)));
            insert.setString(2, email);
            insert.setString(3, teamSlug);
            try (ResultSet row = insert.executeQuery()) {
                row.next();
                return new Member(new Owner(row.getLong(1), row.getLong(2), 1), teamSlug, email, key);
            }
        }
    }

    /** A reserved connection, as the API makes one; {@code subdomain} null for tcp. */
    public static TunnelId reserve(Connection asAdmin, Member member, String subdomain) throws SQLException {
        TunnelId id = new TunnelId(UlidCreator.getUlid().toString());
        update(
                asAdmin,
                "insert into connection (id, type, subdomain, membership_id, team_id) values (?, ?, ?, ?, ?)",
                id.value(),
                subdomain == null ? "tcp" : "http",
                subdomain,
                member.owner().membershipId(),
                member.owner().teamId());
        return id;
    }

    public static int update(Connection connection, String sql, Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int index = 0; index < parameters.length; index++) {
                statement.setObject(index + 1, parameters[index]);
            }
            return statement.executeUpdate();
        }
    }

    /** Settings of a node, with short times; {@code more} are name and value in turn. */
    public static StoreConfig config(String url, String nodeId, String... more) {
        Map<String, String> environment = new HashMap<>(Map.of(
                "PORTR_DB_URL", url,
                "PORTR_NODE_ID", nodeId,
                "PORTR_DB_POOL_SIZE", "4",
                "PORTR_DB_CONNECT_TIMEOUT", "2s",
                "PORTR_REVOCATION_INTERVAL", "100ms",
                "PORTR_COUNTER_INTERVAL", "100ms",
                "PORTR_CAPTURE_RULES_INTERVAL", "100ms"));
        for (int index = 0; index < more.length; index += 2) {
            environment.put(more[index], more[index + 1]);
        }
        Settings settings = new Settings(environment);
        StoreConfig config = StoreConfig.read(settings);
        if (!settings.problems().isEmpty()) {
            throw new IllegalArgumentException(settings.problems().toString());
        }
        return config;
    }

    /** A tunnel-server without its edges. */
    public static final class Node implements AutoCloseable {

        public final TunnelRegistry registry = new TunnelRegistry();
        public final FakePorts ports = new FakePorts();
        public final FakeSessions sessions = new FakeSessions();
        public final SimpleMeterRegistry meters = new SimpleMeterRegistry();
        public final Store store;
        public final Forwards forwards;

        public Node(StoreConfig config) {
            store = new Store(config, new StoreMetrics(meters), registry);
            forwards = new Forwards(registry, store.leases(), ports);
        }

        public Node start() {
            store.start(forwards, sessions);
            return this;
        }

        public CompletableFuture<ForwardResult> open(
                TunnelId id, Member member, io.portrgateway.tunnel.registry.Binding binding, FakeUpstream upstream) {
            return forwards.open(id, member.owner(), binding, CLIENT, upstream).toCompletableFuture();
        }

        @Override
        public void close() {
            store.close();
        }
    }

    /** Sessions by their owners only. Thread-safe. */
    public static final class FakeSessions implements LiveSessions {

        public final List<Owner> live = new CopyOnWriteArrayList<>();
        public final List<String> ended = new CopyOnWriteArrayList<>();

        @Override
        public Collection<Owner> owners() {
            return live;
        }

        @Override
        public void end(Predicate<Owner> which, CloseReason reason) {
            for (Owner owner : live) {
                if (which.test(owner)) {
                    live.remove(owner);
                    ended.add(owner.membershipId() + " " + reason);
                }
            }
        }
    }

    /** A connection as admin-server's role. */
    public static Connection asAdmin(PostgresFixture postgres) throws SQLException {
        return postgres.connect(Role.ADMIN);
    }
}
