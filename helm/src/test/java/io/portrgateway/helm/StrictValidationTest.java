package io.portrgateway.helm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The validation that the other tests rely on finds what is wrong. */
class StrictValidationTest {

    private static final String DEPLOYMENT = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: x}
            spec:
              replicas: 1
              selector: {matchLabels: {a: b}}
              template:
                spec:
                  containers: [{name: c, image: i:1, ports: [{containerPort: 1}], env: [{name: A, value: "1"}]}]
            """;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "replicas: 1|replicas: two|expected: Whole",
                "image: i:1|imagge: i:1|imagge: unknown field",
                "name: c,||containers[0].name: missing",
                "containerPort: 1|containerPort: '1'|expected: Whole",
                "value: \"1\"|value: 1|expected: Text",
                "spec:\\n  replicas|spek:\\n  replicas|spek: unknown field",
                "selector: {matchLabels: {a: b}}|x: 1|selector: missing"
            })
    void findsWhatIsWrong(String right, String wrong, String problem) {
        String text = right.replace("\\n", "\n");
        String yaml = DEPLOYMENT.replace(text, wrong == null ? "" : wrong.replace("\\n", "\n"));

        assertThat(StrictValidation.problems(Chart.parse(DEPLOYMENT).getFirst()))
                .isEmpty();
        assertThat(StrictValidation.problems(Chart.parse(yaml).getFirst())).anyMatch(found -> found.contains(problem));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cert-manager.io/v1|Certificate|spec: {secretNam: x}|secretNam: unknown field",
                "cert-manager.io/v1|Certificate|spec: {secretName: x}|issuerRef.name: missing",
                "gateway.networking.k8s.io/v1|HTTPRoute|spec: {hostname: x}|hostname: unknown field",
                "monitoring.coreos.com/v1|ServiceMonitor|spec: {endpoints: x}|expected: ListOf",
                "traefik.io/v1alpha1|Middleware|spec: {rateLimit: {averag: 1}}|averag: unknown field",
                "traefik.io/v1alpha1|Middleware|spec: {rateLimit: {average: x}}|expected: Integer",
                "external-secrets.io/v1|ExternalSecret|spec: {refreshInterval: 1h}|spec.target.name: missing",
                "example.com/v1|Unknown|spec: {}|no model of"
            })
    void findsWhatIsWrongInCustomResources(String apiVersion, String kind, String rest, String problem) {
        Manifest object = Chart.parse(
                        "apiVersion: " + apiVersion + "\nkind: " + kind + "\nmetadata: {name: x}\n" + rest)
                .getFirst();

        assertThat(StrictValidation.problems(object)).anyMatch(found -> found.contains(problem));
    }
}
