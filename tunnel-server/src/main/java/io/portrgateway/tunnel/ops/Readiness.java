package io.portrgateway.tunnel.ops;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** Whether this node should be sent new clients and visitors, and if not, why. Thread-safe; nothing here blocks. */
public final class Readiness {

    private final List<Check> checks = new CopyOnWriteArrayList<>();
    private final AtomicBoolean stopping = new AtomicBoolean();

    private record Check(String name, Supplier<Optional<String>> problem) {}

    /** One check's answer; {@code problem} is a sentence. */
    public record Finding(String name, Optional<String> problem) {}

    /** Adds a check; it answers what is wrong, or nothing, and never blocks. */
    public void add(String name, Supplier<Optional<String>> problem) {
        checks.add(new Check(name, problem));
    }

    /** From now on the node is not ready, whatever the checks say. */
    public void stopping() {
        stopping.set(true);
    }

    public boolean isReady() {
        return findings().stream().allMatch(finding -> finding.problem().isEmpty());
    }

    /** What each check says now, in the order they were added. */
    public List<Finding> findings() {
        List<Finding> all = new ArrayList<>();
        all.add(new Finding("running", stopping.get() ? Optional.of("the server is stopping") : Optional.empty()));
        checks.forEach(
                check -> all.add(new Finding(check.name(), check.problem().get())));
        return all;
    }
}
