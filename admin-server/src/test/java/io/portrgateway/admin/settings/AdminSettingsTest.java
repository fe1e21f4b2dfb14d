package io.portrgateway.admin.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdminSettingsTest {

    private static final String KEY = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

    private static AdminSettings read(String... more) {
        Settings reader = new Settings(environment(more));
        AdminSettings settings = AdminSettings.read(reader);
        assertThat(reader.problems()).isEmpty();
        return settings;
    }

    private static List<String> problems(String... more) {
        Settings reader = new Settings(environment(more));
        AdminSettings.read(reader);
        return reader.problems();
    }

    private static Map<String, String> environment(String... more) {
        Map<String, String> environment = new HashMap<>();
        environment.put("PORTR_DB_URL", "postgresql://portr_admin:p%40ss@db.example:6543/portr?sslmode=require");
        environment.put("PORTR_ADMIN_ENCRYPTION_KEY", KEY);
        for (int i = 0; i < more.length; i += 2) {
            environment.put(more[i], more[i + 1]);
        }
        return environment;
    }

    @Test
    void readsLibpqUrl() {
        DatabaseUrl url = read().database().main();

        assertThat(url.jdbcUrl()).isEqualTo("jdbc:postgresql://db.example:6543/portr?sslmode=require");
        assertThat(url.role()).isEqualTo("portr_admin");
        assertThat(url.password().map(Secret::reveal)).contains("p@ss");
        assertThat(url.toString()).doesNotContain("p@ss");
    }

    @Test
    void readsJdbcUrlWithPasswordApart() {
        DatabaseUrl url = read(
                        "PORTR_DB_URL",
                        "jdbc:postgresql://db/portr?user=me&application_name=x",
                        "PORTR_DB_PASSWORD",
                        "pw")
                .database()
                .main();

        assertThat(url.jdbcUrl()).isEqualTo("jdbc:postgresql://db:5432/portr?ApplicationName=x");
        assertThat(url.role()).isEqualTo("me");
        assertThat(url.password().map(Secret::reveal)).contains("pw");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"sqlite://file", "mysql://u:hunter2@h/d", "postgresql://", "postgresql://host", "::", "jdbc:x"})
    void refusesOtherUrlsWithoutShowingThem(String url) {
        assertThat(problems("PORTR_DB_URL", url))
                .singleElement()
                .asString()
                .contains("PORTR_DB_URL")
                .doesNotContain("hunter2");
    }

    @Test
    void migratesWithTheSameLogInUnlessTold() {
        assertThat(read().database().migration()).isEqualTo(read().database().main());
        assertThat(read("PORTR_DB_MIGRATION_URL", "postgres://owner:x@db/portr")
                        .database()
                        .migration()
                        .role())
                .isEqualTo("owner");
        assertThat(read("PORTR_DB_MIGRATION_URL", "postgres://owner@db/portr", "PORTR_DB_MIGRATION_PASSWORD", "pw")
                        .database()
                        .migration()
                        .password()
                        .map(Secret::reveal))
                .contains("pw");
        assertThat(read().database().adminRole()).isEqualTo("portr_admin");
        assertThat(read().database().tunnelRole()).isEqualTo("portr_tunnel");
    }

    @ParameterizedTest
    @CsvSource({
        "http://localhost:8000, localhost:8001, localhost:8001, true, false",
        "http://localhost:8000, localhost, localhost:8001, true, false",
        "https://portr.example.com/, tunnels.example.com, tunnels.example.com, false, true",
        "portr.example.com, Tunnels.example.com:8443, tunnels.example.com:8443, false, true"
    })
    void derivesHowClientsReachTunnels(
            String server, String domain, String tunnelHost, boolean localhost, boolean secure) {
        PublicAddresses addresses =
                read("PORTR_SERVER_URL", server, "PORTR_DOMAIN", domain).publicAddresses();

        assertThat(addresses.tunnelHost()).isEqualTo(tunnelHost);
        assertThat(addresses.localhost()).isEqualTo(localhost);
        assertThat(addresses.isSecure()).isEqualTo(secure);
    }

    @Test
    void takesSeveralEncryptionKeysAndRefusesHalfOnes() {
        assertThat(read("PORTR_ADMIN_ENCRYPTION_KEY", KEY + ", " + KEY).encryptionKeys())
                .hasSize(2);
        assertThat(problems("PORTR_ADMIN_ENCRYPTION_KEY", "c2hvcnQ="))
                .singleElement()
                .asString()
                .contains("base64 of 32 bytes")
                .doesNotContain("c2hvcnQ");
    }

    @Test
    void keepsTheHostKeyNoticeOfTheClients() {
        assertThat(read().hostKeyConfigured()).isFalse();
        assertThat(read("PORTR_SSH_HOST_KEY", "-----BEGIN").hostKeyConfigured()).isTrue();
    }

    @Test
    void matchesAddressRanges() throws Exception {
        AddressRange range = AddressRange.parse("10.1.128.0/17");

        assertThat(range.contains(InetAddress.ofLiteral("10.1.200.1"))).isTrue();
        assertThat(range.contains(InetAddress.ofLiteral("10.1.127.1"))).isFalse();
        assertThat(range.contains(InetAddress.ofLiteral("::1"))).isFalse();
        assertThat(AddressRange.parse("::1").contains(InetAddress.ofLiteral("::1")))
                .isTrue();
        assertThatThrownBy(() -> AddressRange.parse("example.com")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> AddressRange.parse("10.0.0.0/33")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void showsWhatIsInEffectWithoutSecrets() {
        String shown = read(
                        "PORTR_DB_MIGRATION_URL",
                        "postgres://owner:s3cret%40x@db/portr?sslmode=disable&password=s3cret&sslpassword=s3cret",
                        "PORTR_DB_PASSWORD",
                        "s3cret",
                        "PORTR_SSH_HOST_KEY",
                        "s3cret")
                .shown()
                .toString();

        assertThat(shown)
                .contains("name=PORTR_DB_MIGRATION_URL, value=postgres://owner:…@db/portr?sslmode=disable&password=…")
                .contains("name=PORTR_SSH_HOST_KEY, value=(secret), configured=true")
                .contains("name=PORTR_ADMIN_PORT, value=8000, configured=false")
                .doesNotContain("s3cret")
                .doesNotContain(KEY);
    }

    @ParameterizedTest
    @CsvSource({
        "https://github.com, https://api.github.com",
        "https://GitHub.com/, https://api.github.com",
        "acme.ghe.com, https://api.acme.ghe.com",
        "https://git.example:8443, https://git.example:8443/api/v3",
        "http://127.0.0.1:9, http://127.0.0.1:9/api/v3"
    })
    void derivesTheApiOfGitHubFromItsAddress(String web, String api) {
        AdminSettings settings = read(
                "PORTR_ADMIN_GITHUB_CLIENT_ID",
                "id",
                "PORTR_ADMIN_GITHUB_CLIENT_SECRET",
                "hunter2",
                "PORTR_ADMIN_GITHUB_URL",
                web);

        assertThat(settings.github().orElseThrow().api()).hasToString(api);
        assertThat(settings.toString()).doesNotContain("hunter2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"http://git.example", "https://git.example/path", "ftp://git.example", "https://u@git.example"})
    void refusesAddressesOfGitHubThatASecretMustNotGoTo(String web) {
        assertThat(problems("PORTR_ADMIN_GITHUB_URL", web))
                .singleElement()
                .asString()
                .contains("PORTR_ADMIN_GITHUB_URL");
    }

    @Test
    void wantsClientIdAndSecretOfGitHubTogether() {
        assertThat(read().github()).isEmpty();
        assertThat(problems("PORTR_ADMIN_GITHUB_CLIENT_ID", "id"))
                .singleElement()
                .asString()
                .contains("PORTR_ADMIN_GITHUB_CLIENT_SECRET: not set");
        assertThat(problems("PORTR_ADMIN_GITHUB_CLIENT_SECRET", "hunter2"))
                .singleElement()
                .asString()
                .contains("PORTR_ADMIN_GITHUB_CLIENT_ID: not set")
                .doesNotContain("hunter2");
    }

    @Test
    void takesOneFirstAdministratorAndAGitHubLoginOnlyWithGitHub() {
        assertThat(problems("PORTR_ADMIN_BOOTSTRAP_GITHUB", "octocat"))
                .singleElement()
                .asString()
                .contains("needs PORTR_ADMIN_GITHUB_CLIENT_ID");
        assertThat(problems(
                        "PORTR_ADMIN_GITHUB_CLIENT_ID",
                        "id",
                        "PORTR_ADMIN_GITHUB_CLIENT_SECRET",
                        "secret",
                        "PORTR_ADMIN_BOOTSTRAP_EMAIL",
                        "a@b",
                        "PORTR_ADMIN_BOOTSTRAP_GITHUB",
                        "not a login"))
                .hasSize(2)
                .allSatisfy(problem -> assertThat(problem).startsWith("PORTR_ADMIN_BOOTSTRAP_GITHUB"));
    }
}
