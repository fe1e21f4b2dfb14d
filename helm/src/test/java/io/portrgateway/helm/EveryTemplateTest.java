package io.portrgateway.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each template has a class of tests: templates/DIRECTORY/some-name.yaml is DirectoryTemplatesTest.SomeName. */
class EveryTemplateTest {

    private static final Map<String, Class<?>> CLASSES = Map.of(
            "admin", AdminTemplatesTest.class,
            "tunnel", TunnelTemplatesTest.class,
            "postgresql", PostgresqlTemplatesTest.class,
            "ingress", IngressTemplatesTest.class,
            "tls", TlsTemplatesTest.class,
            "backup", BackupTemplatesTest.class,
            "dns", DnsTemplatesTest.class,
            "monitoring", MonitoringTemplatesTest.class,
            "common", CommonTemplatesTest.class,
            "tests", HelmTestPodsTest.class);

    @Test
    void hasItsTests() throws IOException {
        Path templates = Chart.DIRECTORY.resolve("templates");
        try (Stream<Path> files = Files.walk(templates, 2)) {
            List<Path> inDirectories = files.filter(
                            file -> file.getParent().getParent().equals(templates))
                    .toList();

            assertThat(inDirectories).hasSizeGreaterThan(50).allSatisfy(file -> {
                Class<?> tests = CLASSES.get(Chart.name(file.getParent()));
                Set<String> nested = Arrays.stream(tests.getDeclaredClasses())
                        .map(Class::getSimpleName)
                        .collect(Collectors.toCollection(TreeSet::new));
                assertThat(nested).as(file.toString()).contains(className(Chart.name(file)));
            });
        }
    }

    @Test
    void isShort() throws IOException {
        try (Stream<Path> files = Files.walk(Chart.DIRECTORY.resolve("templates"))) {
            assertThat(files.filter(Files::isRegularFile).toList())
                    .allSatisfy(file -> assertThat(Files.readAllLines(file))
                            .as(file.toString())
                            .hasSizeLessThan(220));
        }
    }

    private static String className(String file) {
        return Arrays.stream(file.replace(".yaml", "").split("-", -1))
                .map(word -> word.substring(0, 1).toUpperCase(java.util.Locale.ROOT) + word.substring(1))
                .collect(Collectors.joining());
    }
}
