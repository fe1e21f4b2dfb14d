package io.portrgateway.admin.overview;

import io.portrgateway.admin.connection.Connections;
import io.portrgateway.admin.settings.AdminSettings;
import io.portrgateway.admin.settings.PublicAddresses;
import io.portrgateway.admin.stats.Range;
import io.portrgateway.admin.stats.TeamFigures;
import io.portrgateway.admin.stats.TrafficHistory;
import io.portrgateway.admin.stats.TrafficHistory.Point;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.web.BarChart;
import io.portrgateway.admin.web.BarChart.Style;
import io.portrgateway.admin.web.BarChart.Value;
import io.portrgateway.admin.web.Format;
import java.util.List;
import java.util.Objects;
import org.springframework.stereotype.Component;

/** Puts together what the overview shows of a team. A fixed number of queries, however large the team is. Thread-safe. */
@Component
class Overview {

    private static final int TUNNELS_SHOWN = 8;

    private final Connections connections;
    private final TeamFigures figures;
    private final TrafficHistory traffic;
    private final RecentActivity activity;
    private final Format format;
    private final PublicAddresses addresses;

    Overview(
            Connections connections,
            TeamFigures figures,
            TrafficHistory traffic,
            RecentActivity activity,
            Format format,
            AdminSettings settings) {
        this.connections = connections;
        this.figures = figures;
        this.traffic = traffic;
        this.activity = activity;
        this.format = format;
        this.addresses = settings.publicAddresses();
    }

    /** The figures at the top. */
    record Tiles(int tunnels, long sessions, long requests, long bytes, long members) {}

    /** Both charts. */
    record Charts(BarChart requests, BarChart bytes) {

        public String fingerprint() {
            return Integer.toHexString(hashCode());
        }
    }

    /** All that changes while one looks at it. */
    record Live(Tiles tiles, Charts charts, List<TunnelView> tunnels, List<RecentActivity.Item> activity) {

        /** Equal for equal content, so that the page is left alone while nothing changes. */
        public String fingerprint() {
            return Integer.toHexString(Objects.hash(tiles, tunnels, activity));
        }

        public List<TunnelView> firstTunnels() {
            return tunnels.stream().limit(TUNNELS_SHOWN).toList();
        }
    }

    Live of(Member member, Range range) {
        List<TunnelView> tunnels = connections.live(member.teamId()).stream()
                .map(tunnel -> TunnelView.of(tunnel, addresses, format))
                .toList();
        List<Point> points = traffic.of(member.teamId(), range);
        Tiles tiles = new Tiles(
                tunnels.size(),
                tunnels.stream().mapToLong(TunnelView::sessions).sum(),
                points.stream().mapToLong(Point::requestCount).sum(),
                points.stream().mapToLong(Point::bytes).sum(),
                figures.members(member.teamId()));
        return new Live(tiles, new Charts(requests(points, range), bytes(points, range)), tunnels, activity.of(member));
    }

    private BarChart requests(List<Point> points, Range range) {
        Style style = new Style("Requests", "requests", false, false, List.of(), List.of("Requests"), format::count);
        return BarChart.of(
                style,
                range.words(),
                points.stream()
                        .map(point -> new Value(point.from(), point.until(), point.requestCount(), 0))
                        .toList());
    }

    private BarChart bytes(List<Point> points, Range range) {
        List<String> parts = List.of("to visitors", "to services");
        Style style = new Style(
                "Traffic", "of traffic", false, true, parts, List.of("To visitors", "To services"), format::bytes);
        return BarChart.of(
                style,
                range.words(),
                points.stream()
                        .map(point ->
                                new Value(point.from(), point.until(), point.toVisitorBytes(), point.toUpstreamBytes()))
                        .toList());
    }
}
