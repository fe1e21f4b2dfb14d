package io.portrgateway.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The TCP ports processes listen on, out of {@code /proc}; Linux only. */
final class ListeningPorts {

    private static final String LISTEN = "0A";

    private ListeningPorts() {}

    static Set<Integer> of(Collection<Long> pids) {
        try {
            Set<String> sockets = new HashSet<>();
            for (long pid : pids) {
                try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + pid + "/fd"))) {
                    descriptors.forEach(descriptor -> sockets.add(target(descriptor)));
                }
            }
            Set<Integer> ports = new TreeSet<>();
            for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
                Files.readAllLines(Path.of(table)).stream()
                        .skip(1)
                        .map(line -> line.strip().split("\\s+"))
                        .filter(row -> row[3].equals(LISTEN) && sockets.contains("socket:[" + row[9] + "]"))
                        .forEach(row -> ports.add(Integer.parseInt(row[1].substring(row[1].indexOf(':') + 1), 16)));
            }
            return ports;
        } catch (IOException unreadable) {
            throw new IllegalStateException(unreadable);
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException closedMeanwhile) {
            return "";
        }
    }
}
