package io.portrgateway.tunnel.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.portrgateway.tunnel.capture.ExchangeRecorder;
import io.portrgateway.tunnel.capture.Outcome;
import io.portrgateway.tunnel.store.PostgresServer.Role;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.MGF1ParameterSpec;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;
import org.assertj.core.api.Assertions;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** That nothing of an encrypted team is stored in clear, and that admin-server's key reads it. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SealingIT {

    private static final String MARKER = "sesame";

    @RegisterExtension
    static final PostgresFixture postgres = new PostgresFixture();

    private static int count;

    private CaptureNode node;

    @BeforeEach
    void start() throws SQLException {
        postgres.update(Role.OWNER, "delete from capture_data_key");
        postgres.update(Role.OWNER, "delete from capture_seal_key");
        String name = "team" + ++count;
        node = new CaptureNode(postgres.url(Role.TUNNEL), name, postgres.connect(Role.ADMIN));
        postgres.update(Role.ADMIN, "insert into team_capture (team_id, encrypted) values (?, true)", node.teamId());
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void storesOnlyWhatTheOtherServerCanRead() throws Exception {
        // Without a key the rest is not stored in clear instead
        await().untilAsserted(() -> {
            String target = record("/before");
            assertThat(ofTarget("select request_headers::text from exchange where target = ?", target))
                    .containsExactly("[]");
        });
        String without = record("/without");
        assertThat(clearText(without)).doesNotContain(MARKER);
        assertThat(ofTarget(
                        "select coalesce(sealed_by, 'clear') || request_bytes from exchange where target = ?", without))
                .containsExactly("clear6");
        assertThat(node.meters
                        .get("portr.capture.cut")
                        .tag("reason", "no_seal_key")
                        .counter()
                        .count())
                .isPositive();

        KeyPair pair = pair();
        sealKey(pair);
        await().untilAsserted(() -> assertThat(
                        ofTarget("select sealed_by is not null from exchange where target = ?", record("/after")))
                .containsExactly("t"));
        String target = record("/sealed");

        assertThat(clearText(target)).doesNotContain(MARKER).contains("sealed");
        assertThat(ofTarget(
                        "select request_headers::text || response_headers::text from exchange where target = ?",
                        target))
                .containsExactly("[][]");
        String id = ofTarget("select id from exchange where target = ?", target).getFirst();
        SecretKeySpec key = dataKey(
                pair,
                ofTarget("select sealed_by from exchange where target = ?", target)
                        .getFirst());
        assertThat(open(key, "heads/" + id, bytes("select sealed_heads from exchange where id = ?", id)))
                .isEqualTo("[[[\"X-Key\",\"sesame\"],[\"Content-Type\",\"text/plain\"]],[],"
                        + "[[\"X-Key\",\"sesame\"],[\"Content-Type\",\"text/plain\"]],[]]");
        byte[] body = bytes("select content from exchange_body where direction = 'toUpstream' and exchange_id = ?", id);
        assertThat(open(key, "body/toUpstream/" + id, body)).isEqualTo(MARKER);
        Assertions.assertThatExceptionOfType(AEADBadTagException.class)
                .isThrownBy(() -> open(key, "body/toVisitor/" + id, body));
        assertThat(ofTarget(
                        "select array_to_string(tsvector_to_array(words), ' ') from exchange where target = ?", target))
                .allSatisfy(words -> assertThat(words).contains("sealed").doesNotContain("text"));
        storesStreamsOnlySealed(pair);
    }

    /** From the first row of a stream to its end. */
    private void storesStreamsOnlySealed(KeyPair pair) throws Exception {
        String target = "/stream/" + System.nanoTime();
        HttpHeaders headers = new DefaultHttpHeaders().add("X-Key", MARKER).add("Content-Type", "text/event-stream");
        ExchangeRecorder stream = node.begin(target, headers);
        stream.toUpstream(Unpooled.copiedBuffer(MARKER, StandardCharsets.UTF_8));
        stream.requestEnded(new DefaultHttpHeaders());
        stream.answers(headers);
        stream.bodyFollows(200, headers, null);
        stream.toVisitor(Unpooled.copiedBuffer(
                "event: " + MARKER + "\nid: " + MARKER + "\ndata: " + MARKER + "\n\n", StandardCharsets.UTF_8));
        await().untilAsserted(() -> assertThat(frames(target)).hasSize(1));
        assertThat(clearText(target)).contains("open").doesNotContain(MARKER);
        stream.answerEnded(new DefaultHttpHeaders().add("X-Sum", MARKER));
        stream.ended(new Outcome.Completed(), 200, null);
        await().untilAsserted(() -> assertThat(clearText(target)).contains("completed"));

        assertThat(clearText(target)).doesNotContain(MARKER);
        assertThat(frames(target))
                .allSatisfy(frame -> assertThat(frame).contains("event").doesNotContain(MARKER));
        String id = ofTarget("select id from exchange where target = ?", target).getFirst();
        SecretKeySpec key = dataKey(
                pair,
                ofTarget("select sealed_by from exchange where target = ?", target)
                        .getFirst());
        assertThat(open(key, "heads/" + id, bytes("select sealed_heads from exchange where id = ?", id)))
                .endsWith("[[\"X-Sum\",\"sesame\"]]]");
        assertThat(open(key, "frame/1/" + id, bytes("select content from exchange_frame where exchange_id = ?", id)))
                .isEqualTo(MARKER);
    }

    private static List<String> frames(String target) throws SQLException {
        return ofTarget(
                "select f::text || encode(f.content, 'escape') from exchange_frame f"
                        + " join exchange e on e.id = f.exchange_id where e.target = ?",
                target);
    }

    /** Records an exchange with the marker in all parts, and waits for it; answers its target, which is one of its own. */
    private String record(String path) {
        String target = path + "/" + System.nanoTime();
        HttpHeaders headers = new DefaultHttpHeaders().add("X-Key", MARKER).add("Content-Type", "text/plain");
        node.end(target, headers, MARKER, MARKER);
        await().untilAsserted(() -> assertThat(ofTarget("select 1 from exchange where target = ?", target))
                .hasSize(1));
        return target;
    }

    /** Everything of the exchange in all tables, binary columns as the characters they may be. */
    private static String clearText(String target) throws SQLException {
        return String.join(
                "\n",
                ofTarget(
                        "select e::text || coalesce(encode(e.sealed_heads, 'escape'), '') || ' ' || coalesce((select"
                                + " string_agg(b::text || encode(b.content, 'escape'), ' ') from exchange_body b"
                                + " where b.exchange_id = e.id), '') from exchange e where target = ?",
                        target));
    }

    private static KeyPair pair() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(3072);
        return generator.generateKeyPair();
    }

    private static void sealKey(KeyPair pair) throws SQLException {
        postgres.update(
                Role.ADMIN,
                "insert into capture_seal_key (public_key, private_key) values (?, '')",
                pair.getPublic().getEncoded());
    }

    private static SecretKeySpec dataKey(KeyPair pair, String id) throws Exception {
        Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPWithSHA-256AndMGF1Padding");
        cipher.init(
                Cipher.DECRYPT_MODE,
                pair.getPrivate(),
                new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT));
        byte[] key = cipher.doFinal(bytes("select wrapped_key from capture_data_key where id = ?", id));
        assertThat(key).hasSize(32);
        return new SecretKeySpec(key, "AES");
    }

    private static String open(SecretKeySpec key, String purpose, byte[] sealed) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(128, sealed, 0, 12));
        cipher.updateAAD(purpose.getBytes(StandardCharsets.UTF_8));
        return new String(cipher.doFinal(sealed, 12, sealed.length - 12), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String sql, String parameter) throws SQLException {
        try (Connection connection = postgres.connect(Role.ADMIN);
                var query = connection.prepareStatement(sql)) {
            query.setString(1, parameter);
            try (ResultSet row = query.executeQuery()) {
                assertThat(row.next()).isTrue();
                return row.getBytes(1);
            }
        }
    }

    private static List<String> ofTarget(String sql, String target) throws SQLException {
        return new ArrayList<>(postgres.column(Role.ADMIN, sql, target));
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofSeconds(15)).pollInterval(Duration.ofMillis(50));
    }
}
