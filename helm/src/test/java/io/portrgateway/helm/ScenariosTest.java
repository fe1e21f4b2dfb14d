package io.portrgateway.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.marcnuri.helm.LintResult;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every set of values renders, and everything rendered is what Kubernetes accepts. */
class ScenariosTest {

    static Stream<Scenario> scenarios() {
        return Scenario.all();
    }

    @Test
    void lintFindsNothing() {
        LintResult result = Chart.lint();

        assertThat(result.isFailed())
                .as(String.join("\n", result.getMessages()))
                .isFalse();
        assertThat(result.getMessages()).noneMatch(message -> message.contains("WARNING") || message.contains("ERROR"));
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void everyObjectHasTheShapeOfItsKind(Scenario scenario) {
        List<String> problems = scenario.rendered().objects().stream()
                .flatMap(object -> StrictValidation.problems(object).stream())
                .toList();

        assertThat(problems).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void noTwoObjectsHaveOneName(Scenario scenario) {
        assertThat(scenario.rendered().objects())
                .extracting(object -> object.id() + object.find("metadata.namespace"))
                .doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void everyNameIsShortEnough(Scenario scenario) {
        assertThat(scenario.rendered().objects())
                .allSatisfy(object -> assertThat(object.name()).hasSizeLessThanOrEqualTo(63));
    }
}
