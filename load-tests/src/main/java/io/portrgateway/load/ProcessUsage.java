package io.portrgateway.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What a server process and all its children used so far, read from {@code /proc} (proc(5)).
 *
 * <p>A child that ended takes its figures into the parent's "waited-for children" fields, which are counted too, so the
 * difference of two readings is what was used between them. Linux only. Immutable.
 *
 * @param cpuSeconds user and system time of the tree
 * @param residentBytes resident set of the tree
 * @param threadCount threads of the tree
 */
record ProcessUsage(double cpuSeconds, long residentBytes, int threadCount) {

    private static final double TICKS_PER_SECOND = 100.0;

    /** The figures of {@code pid} and everything below it. */
    static ProcessUsage ofTree(long pid) {
        Map<Long, Long> parents = parents();
        double ticks = 0;
        long resident = 0;
        int threads = 0;
        for (long candidate : parents.keySet()) {
            if (!isBelow(candidate, pid, parents)) {
                continue;
            }
            String[] fields = stat(candidate);
            if (fields.length < 22) {
                continue;
            }
            ticks += Double.parseDouble(fields[11]) + Double.parseDouble(fields[12]);
            ticks += Double.parseDouble(fields[13]) + Double.parseDouble(fields[14]);
            threads += Integer.parseInt(fields[17]);
            resident += Long.parseLong(fields[21]) * 4096;
        }
        return new ProcessUsage(ticks / TICKS_PER_SECOND, resident, threads);
    }

    /** CPU used since an earlier reading. */
    double cpuSecondsSince(ProcessUsage earlier) {
        return cpuSeconds - earlier.cpuSeconds;
    }

    private static boolean isBelow(long pid, long root, Map<Long, Long> parents) {
        for (long at = pid; at > 0; at = parents.getOrDefault(at, 0L)) {
            if (at == root) {
                return true;
            }
        }
        return false;
    }

    private static Map<Long, Long> parents() {
        Map<Long, Long> parents = new HashMap<>();
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            processes
                    .map(path -> path.getFileName().toString())
                    .filter(name -> name.chars().allMatch(Character::isDigit))
                    .mapToLong(Long::parseLong)
                    .forEach(pid -> {
                        String[] fields = stat(pid);
                        if (fields.length > 1) {
                            parents.put(pid, Long.parseLong(fields[1]));
                        }
                    });
        } catch (IOException unreadable) {
            throw new IllegalStateException("/proc: unreadable (expected: Linux)", unreadable);
        }
        return parents;
    }

    /** Fields of /proc/PID/stat from the state on, empty when the process is gone. */
    private static String[] stat(long pid) {
        try {
            String line = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            return line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
        } catch (IOException gone) {
            return new String[0];
        }
    }
}
