package io.portrgateway.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The two Dockerfiles, and that they are what the chart expects. */
class DockerfileTest {

    private static final Pattern SECRET = Pattern.compile("(?i)password|secret|token|private|_key");

    @ParameterizedTest
    @ValueSource(strings = {"admin", "tunnel"})
    void standsOnAPinnedBaseImageThatCanBeReplaced(String component) throws IOException {
        Dockerfile file = Dockerfile.of(component);

        assertThat(file.one("FROM")).isEqualTo("${BASE_IMAGE}");
        assertThat(file.all("ARG").getFirst())
                .matches("BASE_IMAGE=\\S+/eclipse-temurin:25\\.\\d+\\.\\d+_\\d+-jre-\\w+");
        assertThat(file.instructions().getFirst().name()).isEqualTo("ARG");
        assertThat(file.text()).doesNotContain("latest");
    }

    @ParameterizedTest
    @ValueSource(strings = {"admin", "tunnel"})
    void runsAsTheUserOfTheChart(String component) throws IOException {
        Manifest pod = pod(component);
        Object user = pod.get("spec.securityContext.runAsUser");

        Dockerfile file = Dockerfile.of(component);
        assertThat(file.one("USER"))
                .isEqualTo(user + ":" + pod.get("spec.securityContext.runAsGroup"))
                .isEqualTo("65532:65532");
        assertThat(names(file).indexOf("USER"))
                .as("nothing is made by this user, so it can change nothing")
                .isGreaterThan(names(file).lastIndexOf("COPY"))
                .isGreaterThan(names(file).lastIndexOf("RUN"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"admin", "tunnel"})
    void needsNoShell(String component) throws IOException {
        Dockerfile file = Dockerfile.of(component);

        for (String instruction : List.of("RUN", "HEALTHCHECK", "ENTRYPOINT")) {
            assertThat(file.words(instruction)).first().isEqualTo("java");
        }
        assertThat(file.all("SHELL")).isEmpty();
        assertThat(file.all("CMD"))
                .as("arguments are the command of the server")
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"admin", "tunnel"})
    void startsTheJarWithTheCacheThatItMade(String component) throws IOException {
        Dockerfile file = Dockerfile.of(component);
        String jar = "/app/" + component + "-server.jar";
        String cache = "/app/" + component + "-server.aot";

        assertThat(file.all("COPY"))
                .containsExactly(
                        component + "-server/target/lib /app/lib",
                        component + "-server/target/" + component + "-server-${VERSION}.jar " + jar,
                        component + "-server/target/sbom.cdx.json /app/sbom.cdx.json");
        assertThat(file.words("RUN")).contains("-XX:AOTCacheOutput=" + cache, jar);
        assertThat(file.words("ENTRYPOINT")).contains("-XX:AOTCache=" + cache).endsWith("-jar", jar);
        assertThat(file.words("HEALTHCHECK")).contains(jar);
    }

    @Test
    void usesCommandsThatTheServersHave() throws IOException {
        String admin = source("admin-server/src/main/java/io/portrgateway/admin/AdminServer.java");
        String tunnel = source("tunnel-server/src/main/java/io/portrgateway/tunnel/CommandLine.java");

        for (String instruction : List.of("RUN", "HEALTHCHECK")) {
            assertThat(admin)
                    .contains("case \""
                            + Dockerfile.of("admin").words(instruction).getLast() + "\" ->");
            assertThat(tunnel)
                    .contains("List.of(\""
                            + Dockerfile.of("tunnel").words(instruction).getLast() + "\")) ->");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"admin", "tunnel"})
    void exposesThePublicPortsOfTheChart(String component) throws IOException {
        List<String> ports = Manifest.asMaps(
                        pod(component).container(component + "-server").get("ports"))
                .stream()
                .filter(port -> !"ops".equals(port.get("name")))
                .map(port -> String.valueOf(port.get("containerPort")))
                .toList();

        assertThat(ports).isNotEmpty();
        assertThat(Dockerfile.of(component).one("EXPOSE").split(" ")).containsAll(ports);
    }

    @ParameterizedTest
    @ValueSource(strings = {"admin", "tunnel"})
    void saysWhatItIs(String component) throws IOException {
        Map<String, String> labels = Dockerfile.of(component).labels();

        assertThat(labels)
                .containsEntry("org.opencontainers.image.licenses", "Apache-2.0")
                .containsEntry("org.opencontainers.image.version", "${VERSION}")
                .containsEntry("org.opencontainers.image.revision", "${REVISION}")
                .containsEntry("org.opencontainers.image.base.name", "${BASE_IMAGE}");
        assertThat(labels.get("org.opencontainers.image.title")).endsWith(component + "-server");
    }

    @ParameterizedTest
    @ValueSource(strings = {"admin", "tunnel"})
    void takesTheVersionThatMavenBuilds(String component) throws IOException {
        Matcher version = Pattern.compile("^  <version>(.+)</version>$", Pattern.MULTILINE)
                .matcher(source("pom.xml"));
        assertThat(version.find()).isTrue();

        assertThat(Dockerfile.of(component).all("ARG")).contains("VERSION=" + version.group(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"admin", "tunnel"})
    void holdsNoSecret(String component) throws IOException {
        Dockerfile file = Dockerfile.of(component);

        assertThat(file.all("ENV")).isEmpty();
        assertThat(file.all("ARG"))
                .noneMatch(argument -> SECRET.matcher(argument).find());
    }

    @Test
    void sendsNothingButTheBuiltServersToTheEngine() throws IOException {
        List<String> lines = source(".dockerignore")
                .lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();

        assertThat(lines).first().isEqualTo("*");
        assertThat(lines).last().isEqualTo("**/*-tests.jar");
        assertThat(lines.subList(1, lines.size() - 1))
                .allMatch(line -> line.matches("!(admin|tunnel)-server/target/\\S+"));
    }

    private static Manifest pod(String component) {
        return Chart.render(Map.of())
                .get("Deployment", "portr-" + component)
                .pod()
                .orElseThrow();
    }

    private static List<String> names(Dockerfile file) {
        return file.instructions().stream().map(Dockerfile.Instruction::name).toList();
    }

    private static String source(String path) throws IOException {
        return Files.readString(Chart.REPOSITORY.resolve(path));
    }
}
