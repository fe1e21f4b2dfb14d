package io.portrgateway.admin.settings;

import java.util.List;

/** Why the server cannot start, as sentences for the operator; never a secret's value. */
public final class StartProblem extends RuntimeException {

    private final transient List<String> lines;

    /** One reason. */
    public StartProblem(String line) {
        this(List.of(line));
    }

    /** Several reasons, reported together. */
    public StartProblem(List<String> lines) {
        super(String.join("; ", lines));
        this.lines = List.copyOf(lines);
    }

    /** One line per reason. */
    public List<String> lines() {
        return lines;
    }
}
