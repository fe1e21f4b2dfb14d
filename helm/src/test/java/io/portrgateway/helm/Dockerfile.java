package io.portrgateway.helm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.Yaml;

/** The instructions of one of the Dockerfiles, continued lines joined. Immutable. */
record Dockerfile(String text, List<Instruction> instructions) {

    static final Path DIRECTORY = Chart.REPOSITORY.resolve("docker");

    private static final Pattern LABEL = Pattern.compile("(org\\.opencontainers\\.[a-z.]+)=\"([^\"]*)\"");

    /** One instruction with all that stands behind it. */
    record Instruction(String name, String argument) {}

    static Dockerfile of(String component) throws IOException {
        String text = Files.readString(DIRECTORY.resolve(component + "-server.Dockerfile"));
        List<Instruction> instructions = text.replaceAll("\\\\\n\\s*", "")
                .lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(line -> line.split(" ", 2))
                .map(parts -> new Instruction(parts[0], parts[1]))
                .toList();
        return new Dockerfile(text, instructions);
    }

    List<String> all(String name) {
        return instructions.stream()
                .filter(instruction -> instruction.name().equals(name))
                .map(Instruction::argument)
                .toList();
    }

    /** The only instruction of this name. */
    String one(String name) {
        List<String> found = all(name);
        if (found.size() != 1) {
            throw new AssertionError(name + ": " + found + " (expected: one)");
        }
        return found.getFirst();
    }

    /** Words of an instruction in exec form; one that needs a shell is an error. */
    List<String> words(String name) {
        String argument = one(name);
        String array = argument.substring(Math.max(0, argument.indexOf('[')));
        if (new Yaml().load(array) instanceof List<?> words) {
            return words.stream().map(String.class::cast).toList();
        }
        throw new AssertionError(name + " " + argument + " (expected: exec form, as [\"java\", …])");
    }

    Map<String, String> labels() {
        Map<String, String> labels = new TreeMap<>();
        Matcher matcher = LABEL.matcher(one("LABEL"));
        while (matcher.find()) {
            labels.put(matcher.group(1), matcher.group(2));
        }
        return labels;
    }
}
