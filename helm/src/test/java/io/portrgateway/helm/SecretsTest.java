package io.portrgateway.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Secrets are made once, kept, and never have a default. */
class SecretsTest {

    private static final List<String> MADE = List.of(
            "portr-encryption-key",
            "portr-ssh-host-key",
            "portr-db-owner",
            "portr-db-admin",
            "portr-db-tunnel",
            "portr-db-superuser");

    static Stream<Scenario> scenarios() {
        return Scenario.all();
    }

    @Test
    void areMadeWhenThereAreNone() {
        Rendered rendered = Chart.render(Map.of());

        assertThat(rendered.ofKind("Secret")).extracting(Manifest::name).containsExactlyInAnyOrderElementsOf(MADE);
        assertThat(Base64.getDecoder().decode(value(rendered, "portr-encryption-key", "encryption-key")))
                .hasSize(32);
        assertThat(value(rendered, "portr-db-admin", "username")).isEqualTo("portr_admin");
        assertThat(value(rendered, "portr-db-admin", "password")).hasSize(32);
    }

    @Test
    void theHostKeyIsAnEd25519KeyInPkcs8() throws Exception {
        String pem = value(Chart.render(Map.of()), "portr-ssh-host-key", "host-key");
        String body = pem.replaceAll("-----[A-Z ]+-----|\\s", "");

        PrivateKey key = KeyFactory.getInstance("Ed25519")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(body)));
        assertThat(pem).startsWith("-----BEGIN PRIVATE KEY-----");
        assertThat(key.getAlgorithm()).isEqualTo("EdDSA");
    }

    @Test
    void differFromInstallationToInstallation() {
        Rendered one = Chart.render(Map.of());
        Rendered other = Chart.render(Map.of());

        for (String name : MADE) {
            assertThat(one.get("Secret", name).map("data"))
                    .as(name)
                    .isNotEqualTo(other.get("Secret", name).map("data"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "portr-encryption-key/encryption-key",
                "portr-ssh-host-key/host-key",
                "portr-db-owner/password",
                "portr-db-admin/password",
                "portr-db-tunnel/password",
                "portr-db-superuser/password"
            })
    void stayWhatTheyAreInTheCluster(String secretAndKey) {
        String name = secretAndKey.substring(0, secretAndKey.indexOf('/'));
        String key = secretAndKey.substring(secretAndKey.indexOf('/') + 1);
        StubApiServer cluster = StubApiServer.empty();
        cluster.has(Chart.NAMESPACE, name, Map.of(key, encoded("there before")));

        Rendered rendered = Chart.render(List.of(), Chart.LEAST, cluster);

        assertThat(value(rendered, name, key)).isEqualTo("there before");
    }

    @Test
    void theSelfSignedCertificateStaysToo() {
        StubApiServer cluster = StubApiServer.empty();
        cluster.has(Chart.NAMESPACE, "portr-tls", Map.of("tls.crt", encoded("certificate"), "tls.key", encoded("key")));

        Rendered rendered = Chart.render(
                List.of(), Map.of("global.domain", "tunnels.example.com", "tls.mode", "selfSigned"), cluster);

        assertThat(value(rendered, "portr-tls", "tls.crt")).isEqualTo("certificate");
        assertThat(value(rendered, "portr-tls", "tls.key")).isEqualTo("key");
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void surviveTheRemovalOfTheRelease(Scenario scenario) {
        assertThat(scenario.rendered().ofKind("Secret"))
                .allSatisfy(
                        secret -> assertThat(secret.annotations()).containsEntry("helm.sh/resource-policy", "keep"));
    }

    @Test
    void areNotMadeWhereTheOperatorHasOwn() {
        Rendered rendered = Chart.renderYaml("""
                secrets:
                  encryptionKey: {existingSecret: mine, key: enc}
                  sshHostKey: {existingSecret: mine, key: ssh}
                postgresql:
                  auth:
                    owner: {existingSecret: o}
                    admin: {existingSecret: a}
                    tunnel: {existingSecret: t}
                    superuser: {existingSecret: s}
                """);

        assertThat(rendered.ofKind("Secret")).isEmpty();
        assertThat(rendered.yaml()).contains("key: enc", "key: ssh");
    }

    @Test
    void comeFromAStoreWhereOneIsNamed() {
        Rendered rendered =
                Chart.render(Map.of("externalSecrets.enabled", true, "externalSecrets.secretStoreRef.name", "vault"));

        assertThat(rendered.ofKind("Secret")).isEmpty();
        assertThat(rendered.ofKind("ExternalSecret"))
                .extracting(Manifest::name)
                .containsExactlyInAnyOrderElementsOf(MADE);
        assertThat(rendered.get("ExternalSecret", "portr-db-owner").maps("spec.data"))
                .contains(Map.of(
                        "secretKey", "password", "remoteRef", Map.of("key", "portr/db-owner", "property", "password")));
    }

    @Test
    void noValueIsADefaultPassword() {
        assertThat(ValuesFile.read().entries())
                .filteredOn(entry -> entry.path()
                        .getLast()
                        .toLowerCase(java.util.Locale.ROOT)
                        .matches(".*(password|token|secretkey)$"))
                .filteredOn(entry -> !entry.isSection())
                .isEmpty();
    }

    @Test
    void onlyTheMigrationSeesTheOwner() {
        Manifest pod =
                Chart.render(Map.of()).get("Deployment", "portr-admin").pod().orElseThrow();

        assertThat(mounts(pod.container("migrate"))).contains("owner");
        assertThat(mounts(pod.container("admin-server"))).doesNotContain("owner");
    }

    private static List<Object> mounts(Map<String, Object> container) {
        return Manifest.asMaps(container.get("volumeMounts")).stream()
                .map(mount -> mount.get("name"))
                .toList();
    }

    private static String value(Rendered rendered, String secretName, String key) {
        Object encoded = rendered.get("Secret", secretName).map("data").get(key);
        return new String(Base64.getDecoder().decode((String) encoded), StandardCharsets.UTF_8);
    }

    private static String encoded(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
