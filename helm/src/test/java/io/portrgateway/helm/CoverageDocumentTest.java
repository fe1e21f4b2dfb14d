package io.portrgateway.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/chart-coverage.md names tests and templates that exist. */
class CoverageDocumentTest {

    private static final Pattern TEST = Pattern.compile("`([A-Z][A-Za-z]+(?:Test|IT))((?:\\.[A-Za-z]+)*)`");
    private static final Pattern TEMPLATE =
            Pattern.compile("`((?:admin|tunnel|postgresql|ingress|tls|backup|dns|monitoring|common)/[a-z-]+)`");

    @Test
    void everyTestIsThere() throws IOException {
        assertThat(matches(TEST)).hasSizeGreaterThan(50).allSatisfy(match -> {
            Class<?> type = type("io.portrgateway.helm." + match.group(1));
            for (String part : Arrays.stream(match.group(2).split("\\.", -1))
                    .filter(name -> !name.isEmpty())
                    .toList()) {
                if (Character.isUpperCase(part.charAt(0))) {
                    type = type(type.getName() + "$" + part);
                } else {
                    assertThat(Arrays.stream(type.getDeclaredMethods()).map(method -> method.getName()))
                            .as(match.group())
                            .contains(part);
                }
            }
        });
    }

    @Test
    void everyTemplateIsThere() throws IOException {
        assertThat(matches(TEMPLATE))
                .hasSizeGreaterThan(30)
                .allSatisfy(
                        match -> assertThat(Chart.DIRECTORY.resolve("templates").resolve(match.group(1) + ".yaml"))
                                .exists());
    }

    private static Class<?> type(String name) {
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException missing) {
            throw new AssertionError(name + " is named in docs/chart-coverage.md, but is not there", missing);
        }
    }

    private static List<MatchResult> matches(Pattern pattern) throws IOException {
        String document = Files.readString(Chart.REPOSITORY.resolve("docs/chart-coverage.md"));
        try (Stream<MatchResult> results = pattern.matcher(document).results()) {
            return results.toList();
        }
    }
}
