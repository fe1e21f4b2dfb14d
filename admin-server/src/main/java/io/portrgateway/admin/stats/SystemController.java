package io.portrgateway.admin.stats;

import io.portrgateway.admin.web.BarChart;
import io.portrgateway.admin.web.BarChart.Style;
import io.portrgateway.admin.web.BarChart.Value;
import io.portrgateway.admin.web.Format;
import io.portrgateway.admin.web.RequiresSuperuser;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;

/** How the installation is doing: this server, its nodes, its database. */
@Controller
@RequiresSuperuser
final class SystemController {

    private final SystemFigures figures;
    private final Installation installation;
    private final Format format;
    private final InstantSource clock;
    private final String version;

    SystemController(
            SystemFigures figures,
            Installation installation,
            Format format,
            InstantSource clock,
            @org.springframework.beans.factory.annotation.Value("${portr.version}") String version) {
        this.figures = figures;
        this.installation = installation;
        this.format = format;
        this.clock = clock;
        this.version = version;
    }

    @GetMapping("/instance/system")
    String show(Model model) {
        fill(model);
        model.addAttribute("totals", installation.totals());
        model.addAttribute("nodes", installation.nodes());
        model.addAttribute("version", version);
        return "stats/system";
    }

    /** The part of the page that changes all the time. */
    @GetMapping("/instance/system/live")
    String live(Model model) {
        fill(model);
        return "stats/system :: live";
    }

    private void fill(Model model) {
        SystemFigures.Now now = figures.now();
        model.addAttribute("now", now);
        model.addAttribute("uptime", format.duration(Duration.between(now.startedAt(), clock.instant())));
        model.addAttribute(
                "memoryChart",
                chart(
                        new Style("Heap", "of heap used", true, true, List.of(), List.of("Heap"), format::bytes),
                        SystemFigures.Sample::heapBytes));
        model.addAttribute(
                "cpuChart",
                chart(
                        new Style(
                                "Processor",
                                "of all processors",
                                true,
                                false,
                                List.of(),
                                List.of("Processor"),
                                SystemController::percent),
                        sample -> Math.round(sample.cpuPercent() * 10)));
    }

    /** Samples as bars, with room on the left for those that are still to come. */
    private BarChart chart(Style style, ToLongFunction<SystemFigures.Sample> value) {
        List<SystemFigures.Sample> samples = figures.samples();
        Duration step = SystemFigures.sampleInterval();
        Instant last = samples.isEmpty() ? clock.instant() : samples.getLast().at();
        List<Value> values = new ArrayList<>();
        for (int back = SystemFigures.SAMPLE_COUNT - 1; back >= 0; back--) {
            Instant at = last.minus(step.multipliedBy(back));
            int index = samples.size() - 1 - back;
            values.add(new Value(at, at.plus(step), index < 0 ? 0 : value.applyAsLong(samples.get(index)), 0));
        }
        return BarChart.of(style, "the last minutes", values);
    }

    /** Tenths of a percent in words. */
    private static String percent(long tenths) {
        return tenths / 10 + "." + tenths % 10 + " %";
    }
}
