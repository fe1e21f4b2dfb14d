package io.portrgateway.admin.stats;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.portrgateway.admin.team.Member;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** {@code GET /config/stats} in the fields of the original (portr-protocol 6.4); goroutines are the JVM's live threads. */
@RestController
final class StatsApiController {

    private final SystemFigures figures;
    private final TeamFigures teams;

    StatsApiController(SystemFigures figures, TeamFigures teams) {
        this.figures = figures;
        this.teams = teams;
    }

    @JsonNaming(SnakeCaseStrategy.class)
    record Stats(TeamStats teamStats, SystemStats systemStats, ChartData chartData) {}

    @JsonNaming(SnakeCaseStrategy.class)
    record TeamStats(long activeConnections, long teamMembers) {}

    @JsonNaming(SnakeCaseStrategy.class)
    record SystemStats(
            Instant serverStartTime,
            double memoryUsedMb,
            double memoryTotalMb,
            int goroutines,
            int numCpu,
            String hostname,
            String os,
            String architecture,
            double systemMemoryTotalGb,
            double systemMemoryUsedGb,
            double systemMemoryUsagePercent,
            double cpuUserTime,
            double cpuSystemTime,
            double cpuUsagePercent) {

        static SystemStats of(SystemFigures.Now now) {
            return new SystemStats(
                    now.startedAt().truncatedTo(ChronoUnit.SECONDS),
                    now.heapUsedMib(),
                    now.heapCommittedMib(),
                    now.threadCount(),
                    now.processorCount(),
                    now.hostname(),
                    now.os(),
                    now.architecture(),
                    now.machineMemoryGib(),
                    now.machineUsedGib(),
                    now.machineUsedPercent(),
                    now.cpuTime().userSeconds(),
                    now.cpuTime().systemSeconds(),
                    now.cpuPercent());
        }
    }

    record Point(Instant timestamp, double value) {}

    @JsonNaming(SnakeCaseStrategy.class)
    record Latest(double memoryUsage, double cpuUsage, Instant timestamp) {}

    @JsonNaming(SnakeCaseStrategy.class)
    record ChartData(
            List<Point> memoryUsage,
            List<Point> cpuUsage,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Latest latest) {

        static ChartData of(List<SystemFigures.Sample> samples) {
            SystemFigures.@Nullable Sample last = samples.isEmpty() ? null : samples.getLast();
            return new ChartData(
                    samples.stream()
                            .map(sample -> new Point(sample.at(), sample.heapBytes()))
                            .toList(),
                    samples.stream()
                            .map(sample -> new Point(sample.at(), sample.cpuPercent()))
                            .toList(),
                    last == null ? null : new Latest(last.heapBytes(), last.cpuPercent(), last.at()));
        }
    }

    @GetMapping("/api/v1/config/stats")
    Stats stats(Member member) {
        return new Stats(
                new TeamStats(teams.activeTunnels(member.teamId()), teams.members(member.teamId())),
                SystemStats.of(figures.now()),
                ChartData.of(figures.samples()));
    }
}
