package io.portrgateway.admin.stats;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * How this JVM and its machine are doing: now, and every five seconds of the last two and a half minutes. Bounded: the oldest
 * sample makes room for the newest. Thread-safe.
 */
@Component
class SystemFigures {

    static final int SAMPLE_COUNT = 30;

    private static final int SAMPLE_SECONDS = 5;
    private static final double MIB = 1024.0 * 1024;
    private static final double GIB = MIB * 1024;
    private static final double TICKS_PER_SECOND = 100;
    private static final Path OWN_STAT = Path.of("/proc/self/stat");

    private final InstantSource clock;
    private final OperatingSystemMXBean machine = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private final Deque<Sample> samples = new ArrayDeque<>(SAMPLE_COUNT);
    private final String hostname = hostname();

    SystemFigures(InstantSource clock) {
        this.clock = clock;
    }

    /** Heap and processor use of this JVM at one time. */
    record Sample(Instant at, long heapBytes, double cpuPercent) {}

    /** Seconds that this process spent computing. */
    record CpuTime(double userSeconds, double systemSeconds) {}

    /** Everything at once; sizes in bytes, loads in percent of all processors. */
    record Now(
            Instant startedAt,
            long heapUsedBytes,
            long heapCommittedBytes,
            long heapMaxBytes,
            int threadCount,
            int processorCount,
            String hostname,
            String os,
            String architecture,
            String java,
            long machineMemoryBytes,
            long machineUsedBytes,
            CpuTime cpuTime,
            double cpuPercent) {

        public double heapUsedMib() {
            return round(heapUsedBytes / MIB);
        }

        public double heapCommittedMib() {
            return round(heapCommittedBytes / MIB);
        }

        public double machineMemoryGib() {
            return round(machineMemoryBytes / GIB);
        }

        public double machineUsedGib() {
            return round(machineUsedBytes / GIB);
        }

        public double machineUsedPercent() {
            return machineMemoryBytes == 0 ? 0 : round(100.0 * machineUsedBytes / machineMemoryBytes);
        }
    }

    @Scheduled(fixedRate = SAMPLE_SECONDS * 1000)
    void sample() {
        Sample sample = new Sample(
                clock.instant().truncatedTo(ChronoUnit.SECONDS),
                heap().getUsed(),
                percent(machine.getProcessCpuLoad()));
        synchronized (samples) {
            if (samples.size() == SAMPLE_COUNT) {
                samples.removeFirst();
            }
            samples.addLast(sample);
        }
    }

    /** Oldest first; at most {@value #SAMPLE_COUNT}. */
    List<Sample> samples() {
        synchronized (samples) {
            return List.copyOf(samples);
        }
    }

    Now now() {
        MemoryUsage heap = heap();
        long memory = machine.getTotalMemorySize();
        List<Sample> known = samples();
        return new Now(
                Instant.ofEpochMilli(ManagementFactory.getRuntimeMXBean().getStartTime()),
                heap.getUsed(),
                heap.getCommitted(),
                heap.getMax(),
                ManagementFactory.getThreadMXBean().getThreadCount(),
                Runtime.getRuntime().availableProcessors(),
                hostname,
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                System.getProperty("os.arch"),
                Runtime.version().toString(),
                memory,
                memory - machine.getFreeMemorySize(),
                cpuTime(),
                known.isEmpty() ? 0 : known.getLast().cpuPercent());
    }

    static Duration sampleInterval() {
        return Duration.ofSeconds(SAMPLE_SECONDS);
    }

    private static MemoryUsage heap() {
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    }

    /** The JVM itself knows only the sum; Linux knows the parts. */
    private CpuTime cpuTime() {
        try {
            String line = Files.readString(OWN_STAT);
            // the name in parentheses may contain spaces: what follows it starts with the third field
            String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ");
            return new CpuTime(
                    Long.parseLong(fields[11]) / TICKS_PER_SECOND, Long.parseLong(fields[12]) / TICKS_PER_SECOND);
        } catch (IOException notLinux) {
            return new CpuTime(round(machine.getProcessCpuTime() / 1e9), 0);
        }
    }

    private static double percent(double load) {
        return load < 0 || Double.isNaN(load) ? 0 : round(100 * load);
    }

    private static double round(double value) {
        return Math.round(value * 100) / 100.0;
    }

    private static String hostname() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException notLinux) {
            try {
                return InetAddress.getLocalHost().getHostName();
            } catch (UnknownHostException unnamed) {
                return "localhost";
            }
        }
    }
}
