package io.portrgateway.helm;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import com.marcnuri.helm.TemplateCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The chart under test, rendered by Helm itself. "helm template" as a library answers neither hooks nor notes, so what is
 * rendered is a copy in which the test pods are no hooks and the notes are an object of their own kind.
 */
final class Chart {

    static final Path DIRECTORY = Path.of("portr").toAbsolutePath();
    static final Path REPOSITORY = DIRECTORY.getParent().getParent();
    static final String RELEASE = "portr";
    static final String NAMESPACE = "gateway";

    /** The oldest version the chart allows. */
    private static final String KUBERNETES = "1.30.0";

    /** What every installation must say. */
    static final Map<String, Object> LEAST =
            Map.of("global.domain", "tunnels.example.com", "tls.issuer.name", "letsencrypt-dns");

    private static final Path COPY = copy();

    private Chart() {}

    /** With the least values and these. */
    static Rendered render(Map<String, ?> values) {
        Map<String, Object> all = new LinkedHashMap<>(LEAST);
        all.putAll(values);
        return render(List.of(), all);
    }

    /** With the least values and these, in YAML. */
    static Rendered renderYaml(String yaml) {
        try {
            Path file = Files.createTempFile("values", ".yaml");
            try {
                Files.writeString(file, yaml);
                return render(List.of(file), LEAST);
            } finally {
                Files.delete(file);
            }
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** With exactly these. */
    static Rendered render(List<Path> files, Map<String, ?> values) {
        return render(files, values, StubApiServer.empty());
    }

    static Rendered render(List<Path> files, Map<String, ?> values, StubApiServer cluster) {
        TemplateCommand command = new Helm(COPY)
                .template()
                .withName(RELEASE)
                .withNamespace(NAMESPACE)
                .withKubeVersion(KUBERNETES);
        files.forEach(command::withValuesFile);
        values.forEach(command::set);
        String yaml = command.call();
        Map<Boolean, List<Manifest>> objects = parse(yaml).stream()
                .collect(Collectors.partitioningBy(object -> object.kind().equals("Notes")));
        return new Rendered(
                yaml,
                objects.getOrDefault(false, List.of()),
                objects.getOrDefault(true, List.of()).getFirst().text("notes"));
    }

    private static Path copy() {
        Path copy = DIRECTORY.getParent().resolve("target").resolve("chart");
        remove(copy);
        try (Stream<Path> files = Files.walk(DIRECTORY)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = copy.resolve(DIRECTORY.relativize(file));
                Files.createDirectories(target.getParent());
                Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
            }
            Path templates = copy.resolve("templates");
            Path pods = templates.resolve("_tests.tpl");
            Files.writeString(pods, Files.readString(pods).replace("\"helm.sh/hook\"", "\"was.helm.sh/hook\""));
            Files.writeString(
                    templates.resolve("notes.yaml"),
                    "{{- define \"notes\" -}}\n" + Files.readString(templates.resolve("NOTES.txt"))
                            + "{{- end -}}\napiVersion: v1\nkind: Notes\nmetadata:\n  name: notes\n"
                            + "notes: |\n  {{- include \"notes\" . | nindent 2 }}\n");
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
        return copy;
    }

    /** What a former run left; a file that is gone from the chart must not stay in its copy. */
    private static void remove(Path directory) {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** The message with which Helm refuses these values. */
    static String refusal(Map<String, ?> values) {
        try {
            render(values);
        } catch (IllegalStateException refused) {
            return String.valueOf(refused.getMessage());
        }
        throw new AssertionError("rendered, though it should be refused: " + values);
    }

    static LintResult lint() {
        return new Helm(DIRECTORY).lint().strict().call();
    }

    static List<Manifest> parse(String yaml) {
        List<Manifest> objects = new ArrayList<>();
        for (Object document : strictYaml().loadAll(yaml)) {
            if (document != null) {
                objects.add(new Manifest(Manifest.asMap(document)));
            }
        }
        return objects;
    }

    /** Refuses a key that stands twice, as Kubernetes does not always. */
    static Yaml strictYaml() {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        options.setCodePointLimit(50_000_000);
        options.setMaxAliasesForCollections(0);
        return new Yaml(new SafeConstructor(options));
    }

    /** Values files that are shipped with the chart. */
    static List<Path> shippedValues() {
        return yamlFiles(DIRECTORY)
                .filter(file -> name(file).startsWith("values-"))
                .toList();
    }

    /** Values files that only the tests have. */
    static List<Path> scenarios() {
        return yamlFiles(DIRECTORY.resolve("ci")).toList();
    }

    static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    private static Stream<Path> yamlFiles(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> name(file).endsWith(".yaml")).sorted().toList().stream();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }
}
