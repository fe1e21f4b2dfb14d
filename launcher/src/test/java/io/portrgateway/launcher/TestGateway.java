package io.portrgateway.launcher;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/** A whole gateway on ports of its own, from the built jars, through the same classes as {@code gateway up}. */
final class TestGateway implements AutoCloseable {

    /** The repository: the tests run in the module's directory. */
    static final Path HOME = Path.of("").toAbsolutePath().getParent();

    private final GatewaySettings settings;
    private Gateway gateway;
    private Bootstrap bootstrap;

    private TestGateway(GatewaySettings settings) {
        this.settings = settings;
    }

    /** A gateway whose data is in {@code data}, started. */
    static TestGateway start(Path data) throws Exception {
        Ports ports = new Ports(Ports.free(), Ports.free(), Ports.free(), Ports.free(), Ports.free());
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.keySet().removeIf(name -> name.startsWith("PORTR_"));
        // One address is everybody here.
        environment.put("PORTR_API_RATE_PER_ADDRESS", "0");
        environment.put("PORTR_API_RATE_PER_KEY", "0");
        TestGateway made = new TestGateway(new GatewaySettings(
                HOME, data, InetAddress.getLoopbackAddress(), ports, "localhost", "first@example.org", environment));
        made.start();
        return made;
    }

    /** Starts again what was stopped, on the same data and ports. */
    void start() throws StartException {
        gateway = new Gateway(settings, line -> {});
        try {
            bootstrap = gateway.start();
        } catch (StartException failed) {
            gateway.stop();
            throw failed;
        }
    }

    void stop() {
        gateway.stop();
    }

    Gateway gateway() {
        return gateway;
    }

    Bootstrap bootstrap() {
        return bootstrap;
    }

    GatewaySettings settings() {
        return settings;
    }

    Ports ports() {
        return settings.ports();
    }

    Visitor visitor() {
        return new Visitor(ports().http());
    }

    String host(String name) {
        return name + "." + settings.tunnelHost();
    }

    /** Makes another member of the first team and answers that member's key. */
    String newMember(String email) throws Exception {
        String key = "portr_" + email.hashCode() + "_of_the_tests_0123456789";
        sql("insert into app_user (email) values (?)", email);
        sql(
                "insert into membership (user_id, team_id, secret_key_hash, secret_key_encrypted)"
                        + " select u.id, t.id, ?, 'x' from app_user u, team t where u.email = ? and t.slug = ?",
                sha256(key),
                email,
                bootstrap.teamSlug());
        return key;
    }

    /** OpenSSH, logged in to the first team with this key as password. */
    OpenSsh openSsh(Path directory, String key, String... arguments) throws IOException {
        return OpenSsh.withPassword(directory, ports().ssh(), bootstrap.teamSlug(), key, arguments);
    }

    /** The row id of the only membership of this user. */
    String membership(String email) throws Exception {
        return query(
                "select m.id from membership m join app_user u on u.id = m.user_id where u.email = '" + email + "'");
    }

    /** Registers the public key that belongs to the private one in {@code key} for the user. */
    void registerKey(String email, Path key) throws Exception {
        String[] parts = Files.readString(Path.of(key + ".pub")).split(" ", 3);
        byte[] blob = java.util.Base64.getDecoder().decode(parts[1]);
        String fingerprint = "SHA256:"
                + java.util.Base64.getEncoder()
                        .withoutPadding()
                        .encodeToString(MessageDigest.getInstance("SHA-256").digest(blob));
        sql(
                "insert into ssh_public_key (user_id, name, key_type, key_blob, fingerprint)"
                        + " select id, 'test', ?, ?, ? from app_user where email = ?",
                parts[0],
                blob,
                fingerprint,
                email);
    }

    void removeKeys(String email) throws Exception {
        sql("delete from ssh_public_key k using app_user u where u.id = k.user_id and u.email = ?", email);
    }

    /** First column of the first row, as text; the empty text when there is none. */
    String query(String sql) throws Exception {
        try (Connection connection = connect();
                PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet rows = statement.executeQuery()) {
            return rows.next() ? String.valueOf(rows.getString(1)) : "";
        }
    }

    private void sql(String sql, Object... parameters) throws Exception {
        try (Connection connection = connect();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            statement.executeUpdate();
        }
    }

    // As admin-server's own role, with the rights that one has.
    private Connection connect() throws IOException, SQLException {
        String port = Files.readAllLines(settings.data().resolve("postgres/data/postmaster.pid"))
                .get(3);
        String password = Files.readString(settings.data().resolve("secrets/database-" + PostgresServer.ADMIN));
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + port.strip() + "/portr", PostgresServer.ADMIN, password);
    }

    private static byte[] sha256(String text) throws Exception {
        return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        stop();
    }
}
