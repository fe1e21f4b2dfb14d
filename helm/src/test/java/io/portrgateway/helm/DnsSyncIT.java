package io.portrgateway.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** files/dns-sync.sh against a Kubernetes API and a gcloud that are made for it. */
class DnsSyncIT {

    private static final String RECORDS = """
            ssh.example.com A
            example.com MX 10 mail.example.com.
            """;

    /** Keeps records as files TYPE-NAME that hold data and time to live, and writes down how it was called. */
    private static final String FAKE_GCLOUD = """
            #!/bin/bash
            set -euo pipefail
            echo "$*" >>"$ZONE_DIR/calls"
            [ "$1 $2" != "auth activate-service-account" ] || exit 0
            verb=$3 name=$4; shift 4
            for argument; do
              case $argument in
                --type=*) type=${argument#*=} ;;
                --ttl=*) ttl=${argument#*=} ;;
                --rrdatas=*) data=${argument#*=} ;;
              esac
            done
            file=$ZONE_DIR/$type-$name
            [ ! -e "$ZONE_DIR/broken" ] || { [ "$verb" = describe ] || exit 1; }
            case $verb in
              describe) [ -f "$file" ] || { echo "not found" >&2; exit 1; }; cat "$file" ;;
              create) [ ! -f "$file" ] || { echo "exists" >&2; exit 1; }; printf '%s\\t%s\\n' "$data" "$ttl" >"$file" ;;
              update) [ -f "$file" ] || { echo "not found" >&2; exit 1; }; printf '%s\\t%s\\n' "$data" "$ttl" >"$file" ;;
            esac
            """;

    private HttpServer api;
    private volatile String loadBalancer = "{\"ingress\":[{\"ip\":\"192.0.2.7\",\"ipMode\":\"VIP\"}]}";
    private volatile String authorization = "";
    private Path work;
    private Path zone;

    @BeforeEach
    void start() throws IOException {
        api = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        api.createContext("/api/v1/namespaces/gateway/services/portr-tunnel", exchange -> {
            authorization = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
            byte[] body = ("{\"kind\":\"Service\",\"spec\":{\"ports\":[{\"port\":2222}]},\"status\":{\"loadBalancer\":"
                            + loadBalancer + "}}")
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            try (exchange) {
                exchange.getResponseBody().write(body);
            }
        });
        api.start();
        work = open(Files.createTempDirectory("dns"));
        zone = open(Files.createDirectory(work.resolve("zone")));
        Path account = open(Files.createDirectory(work.resolve("account")));
        Files.writeString(account.resolve("token"), "the-token");
        Files.writeString(account.resolve("ca.crt"), "");
        Path gcloud = Files.writeString(
                open(Files.createDirectory(work.resolve("bin"))).resolve("gcloud"), FAKE_GCLOUD);
        Files.setPosixFilePermissions(gcloud, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @AfterEach
    void stop() {
        api.stop(0);
    }

    @Test
    void createsRecordsThatAreMissing() throws IOException {
        String output = sync(RECORDS).output();

        assertThat(output).contains("dns.create name=ssh.example.com type=A data=192.0.2.7");
        assertThat(record("A-ssh.example.com.")).isEqualTo("192.0.2.7\t60\n");
        assertThat(record("MX-example.com.")).isEqualTo("10 mail.example.com.\t60\n");
        assertThat(authorization).isEqualTo("Bearer the-token");
    }

    @Test
    void touchesNothingThatIsRight() throws IOException {
        sync(RECORDS);

        String output = sync(RECORDS).output();

        assertThat(output)
                .contains("dns.unchanged name=ssh.example.com type=A", "dns.unchanged name=example.com type=MX");
        assertThat(calls())
                .filteredOn(call -> call.contains(" create ") || call.contains(" update "))
                .hasSize(2);
    }

    @Test
    void updatesWhenTheAddressChanged() throws IOException {
        sync(RECORDS);
        loadBalancer = "{\"ingress\":[{\"ip\":\"192.0.2.8\"}]}";

        assertThat(sync(RECORDS).output()).contains("dns.update name=ssh.example.com type=A data=192.0.2.8");
        assertThat(record("A-ssh.example.com.")).isEqualTo("192.0.2.8\t60\n");
    }

    @Test
    void waitsWhileThereIsNoAddress() throws IOException {
        loadBalancer = "{}";

        Shell.Result result = sync(RECORDS);

        assertThat(result.exitCode()).isZero();
        assertThat(result.output()).contains("dns.waiting service=portr-tunnel");
        assertThat(calls()).isEmpty();
    }

    @Test
    void pointsACnameAtALoadBalancerWithAName() throws IOException {
        loadBalancer = "{\"ingress\":[{\"hostname\":\"lb.example.net\"}]}";

        assertThat(sync("ssh.example.com CNAME\n").output())
                .contains("dns.create name=ssh.example.com type=CNAME data=lb.example.net.");
        Shell.Result wrong = sync("ssh.example.com A\n");
        assertThat(wrong.exitCode()).isEqualTo(1);
        assertThat(wrong.output()).contains("the load balancer has a host name, lb.example.net (expected: type CNAME)");
    }

    @Test
    void leavesAnAddressOfTheOtherFamilyAlone() throws IOException {
        assertThat(sync("ssh.example.com AAAA\n").exitCode()).isZero();
        assertThat(calls()).isEmpty();

        loadBalancer = "{\"ingress\":[{\"ip\":\"2001:db8::7\"}]}";
        assertThat(sync("ssh.example.com AAAA\n").output()).contains("type=AAAA data=2001:db8::7");
    }

    @Test
    void failsWhenGoogleRefusesAndStillTriesTheRest() throws IOException {
        Files.writeString(zone.resolve("broken"), "");

        Shell.Result result = sync(RECORDS);

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.output())
                .contains("dns.failed name=ssh.example.com type=A verb=create", "dns.failed name=example.com type=MX");
    }

    @Test
    void logsInWithAKeyWhereOneIsGiven() throws IOException {
        shell(RECORDS)
                .with(Map.of("GOOGLE_APPLICATION_CREDENTIALS", "/key.json"))
                .runFile("bash", "dns-sync.sh");

        assertThat(calls().getFirst()).contains("auth activate-service-account", "--key-file=/key.json");
    }

    private Shell.Result sync(String records) throws IOException {
        return shell(records).tryFile("bash", "dns-sync.sh");
    }

    private Shell shell(String records) {
        return new Shell(
                work,
                Map.of(
                        "PATH",
                        work + "/bin:/usr/bin:/bin",
                        "API_SERVER",
                        "http://127.0.0.1:" + api.getAddress().getPort(),
                        "ACCOUNT_DIR",
                        work + "/account",
                        "ZONE_DIR",
                        zone.toString(),
                        "NAMESPACE",
                        "gateway",
                        "SERVICE",
                        "portr-tunnel",
                        "PROJECT",
                        "p",
                        "ZONE",
                        "z",
                        "TTL",
                        "60",
                        "RECORDS",
                        records));
    }

    private String record(String name) throws IOException {
        return Files.readString(zone.resolve(name));
    }

    private List<String> calls() throws IOException {
        Path calls = zone.resolve("calls");
        if (!Files.exists(calls)) {
            return List.of();
        }
        try (Stream<String> lines = Files.lines(calls)) {
            return lines.toList();
        }
    }

    private static Path open(Path directory) throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        return directory;
    }
}
