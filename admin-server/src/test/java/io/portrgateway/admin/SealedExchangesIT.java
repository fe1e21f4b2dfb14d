package io.portrgateway.admin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.portrgateway.admin.exchange.Direction;
import io.portrgateway.admin.exchange.Exchange;
import io.portrgateway.admin.exchange.Exchanges;
import io.portrgateway.admin.exchange.SealKeys;
import io.portrgateway.admin.search.ExchangeQuery;
import io.portrgateway.admin.search.ExchangeSearch;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.team.Teams;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Exchanges that tunnel-server encrypted; this test does it as {@code store.Sealing} there does. */
class SealedExchangesIT {

    private static final SecureRandom RANDOM = new SecureRandom();

    private static Gateway gateway;
    private static Exchanges exchanges;
    private static Recorded recorded;
    private static Member member;
    private static SecretKeySpec dataKey;

    @BeforeAll
    static void start() throws GeneralSecurityException {
        gateway = Gateway.start();
        exchanges = gateway.bean(Exchanges.class);
        recorded = new Recorded(gateway);
        new Members(gateway).add("ann@example.com", "default-team", "member");
        long user = gateway.sql()
                .sql("select id from app_user where email = 'ann@example.com'")
                .query(Long.class)
                .single();
        member = gateway.bean(Teams.class).member(user, "default-team").orElseThrow();
        gateway.bean(SealKeys.class).ensure();
        dataKey = dataKey("key-1");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @Test
    void readsFieldsBodiesAndFrames() throws GeneralSecurityException {
        Exchange exchange = exchanges.find(member, sealed("key-1")).orElseThrow();

        assertThat(exchange.isUnreadable()).isFalse();
        assertThat(exchange.requestHeaders())
                .extracting("name", "value")
                .containsExactly(tuple("A", "1"), tuple("a", "2"));
        assertThat(exchange.requestTrailers()).isEmpty();
        assertThat(exchange.header(Direction.TO_VISITOR, "b")).contains("3");
        assertThat(exchange.responseTrailers()).extracting("name").containsExactly("T");
        assertThat(exchanges.body(exchange, Direction.TO_UPSTREAM)).hasValueSatisfying(body -> {
            assertThat(body.content()).asString().isEqualTo("hidden body");
            assertThat(body.totalBytes()).isEqualTo(11);
            assertThat(body.truncated()).isFalse();
        });
        assertThat(exchanges.frames(exchange, 0, 10)).singleElement().satisfies(frame -> {
            assertThat(frame.content()).asString().isEqualTo("hidden frame");
            assertThat(frame.truncated()).isFalse();
        });
    }

    @Test
    void opensWhatASearchFound() throws GeneralSecurityException {
        String id = sealed("key-1");

        Exchange found = gateway
                .bean(ExchangeSearch.class)
                .page(member, ExchangeQuery.parse("path:/sealed"), null, 100)
                .exchanges()
                .stream()
                .filter(exchange -> exchange.id().equals(id))
                .findFirst()
                .orElseThrow();

        assertThat(found.isUnreadable()).isTrue();
        assertThat(found.requestHeaders()).isEmpty();
        assertThat(exchanges.open(found).isUnreadable()).isFalse();
        assertThat(exchanges.open(found).requestHeaders())
                .extracting("name", "value")
                .containsExactly(tuple("A", "1"), tuple("a", "2"));
    }

    @Test
    void saysSoWhenTheKeyIsMissingAndDoesNotFail() throws GeneralSecurityException {
        Exchange exchange = exchanges.find(member, sealed("key-gone")).orElseThrow();

        assertThat(exchange.isUnreadable()).isTrue();
        assertThat(exchange.target()).isEqualTo("/sealed");
        assertThat(exchange.requestHeaders()).isEmpty();
        assertThat(exchanges.body(exchange, Direction.TO_UPSTREAM)).isEmpty();
        assertThat(exchanges.frames(exchange, 0, 10)).singleElement().satisfies(frame -> {
            assertThat(frame.content()).isEmpty();
            assertThat(frame.truncated()).isTrue();
        });
    }

    @Test
    void refusesPartsOfAnotherExchange() throws GeneralSecurityException {
        String id = sealed("key-1");
        gateway.sql()
                .sql("update exchange_body set content = ? where exchange_id = ?")
                .params(seal("body/toUpstream/another", "moved"), id)
                .update();

        Exchange exchange = exchanges.find(member, id).orElseThrow();

        assertThat(exchanges.body(exchange, Direction.TO_UPSTREAM)).isEmpty();
    }

    @Test
    void makesOnePairAndKeepsThePrivateKeyEncrypted() throws GeneralSecurityException {
        gateway.bean(SealKeys.class).ensure();

        assertThat(gateway.sql()
                        .sql("select count(*) from capture_seal_key")
                        .query(Long.class)
                        .single())
                .isEqualTo(1);
        byte[] privateKey = gateway.sql()
                .sql("select private_key from capture_seal_key")
                .query((row, number) -> row.getBytes(1))
                .single();
        // the stored form of SecretCipher, and no PKCS#8
        assertThat(privateKey[0]).isEqualTo((byte) 1);
        assertThat(((RSAPublicKey) publicKey()).getModulus().bitLength()).isEqualTo(3072);
    }

    private static String sealed(String dataKeyId) throws GeneralSecurityException {
        String id = recorded.of(member.membershipId(), "shop", "POST", "/sealed", 200)
                .with("sealed_by", dataKeyId)
                .request("x")
                .frame(Direction.TO_VISITOR, "text", "x")
                .add();
        gateway.sql()
                .sql("update exchange set sealed_heads = ? where id = ?")
                .params(seal("heads/" + id, "[[[\"A\",\"1\"],[\"a\",\"2\"]],[],[[\"B\",\"3\"]],[[\"T\",\"4\"]]]"), id)
                .update();
        gateway.sql()
                .sql("update exchange_body set sealed_by = ?, content = ?, total_bytes = 11 where exchange_id = ?")
                .params(dataKeyId, seal("body/toUpstream/" + id, "hidden body"), id)
                .update();
        gateway.sql()
                .sql("update exchange_frame set sealed_by = ?, content = ? where exchange_id = ?")
                .params(dataKeyId, seal("frame/1/" + id, "hidden frame"), id)
                .update();
        return id;
    }

    private static byte[] seal(String purpose, String plain) throws GeneralSecurityException {
        byte[] nonce = new byte[12];
        RANDOM.nextBytes(nonce);
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(Cipher.ENCRYPT_MODE, dataKey, new GCMParameterSpec(128, nonce));
        cipher.updateAAD(purpose.getBytes(UTF_8));
        byte[] text = cipher.doFinal(plain.getBytes(UTF_8));
        return ByteBuffer.allocate(nonce.length + text.length)
                .put(nonce)
                .put(text)
                .array();
    }

    private static SecretKeySpec dataKey(String id) throws GeneralSecurityException {
        byte[] key = new byte[32];
        RANDOM.nextBytes(key);
        Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPWithSHA-256AndMGF1Padding");
        cipher.init(
                Cipher.ENCRYPT_MODE,
                publicKey(),
                new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT));
        gateway.sql()
                .sql("insert into capture_data_key (id, seal_key_id, wrapped_key)"
                        + " select ?, max(id), ? from capture_seal_key")
                .params(id, cipher.doFinal(key))
                .update();
        return new SecretKeySpec(key, "AES");
    }

    private static PublicKey publicKey() throws GeneralSecurityException {
        byte[] encoded = gateway.sql()
                .sql("select public_key from capture_seal_key")
                .query((row, number) -> row.getBytes(1))
                .single();
        return KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(encoded));
    }
}
