package io.portrgateway.tunnel.store;

import io.portrgateway.tunnel.capture.CaptureQueue;
import io.portrgateway.tunnel.capture.CaptureRules.Team;
import io.portrgateway.tunnel.capture.CaptureRules.TunnelMode;
import io.portrgateway.tunnel.capture.CurrentRules;
import io.portrgateway.tunnel.config.CaptureConfig.Mode;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What recording needs of the upkeep: the rules of teams and tunnels, what is stored of each team, and that the disk is not
 * filled. Confined to the upkeep thread, but for {@link #keep}.
 */
final class CaptureUpkeep {

    private static final Logger LOG = LoggerFactory.getLogger(CaptureUpkeep.class);

    private volatile @Nullable CaptureQueue queue;
    private Set<Long> fullTeams = Set.of();
    private Set<Long> blindTeams = Set.of();

    /** From now on the rules of this queue are kept up to date. Any thread. */
    void keep(CaptureQueue kept) {
        queue = kept;
    }

    /** Reads what teams and tunnels want recorded, and how much of each team is stored. */
    void readRules(NodeLink link) throws SQLException {
        CaptureQueue kept = queue;
        if (kept == null) {
            return;
        }
        CurrentRules rules = kept.rules();
        Map<Long, Long> stored = link.transact(connection -> {
            rules.become(teams(connection), tunnels(connection));
            return storedBytes(connection);
        });
        rules.usage().become(stored);
        tellFullTeams(rules, stored);
        tellBlindTeams(rules);
    }

    private void tellFullTeams(CurrentRules rules, Map<Long, Long> stored) {
        Set<Long> full = stored.keySet().stream().filter(rules::isFull).collect(Collectors.toSet());
        for (Long team : full) {
            if (!fullTeams.contains(team)) {
                LOG.warn(
                        "capture.team_full team={} storedBytes={} limitBytes={}: no bodies of this team are recorded until"
                                + " old days are dropped; raise the team's limit or PORTR_CAPTURE_TEAM_BYTES to record more",
                        team,
                        stored.get(team),
                        rules.now().maxBytes(team));
            }
        }
        fullTeams.stream()
                .filter(team -> !full.contains(team))
                .forEach(team -> LOG.info("capture.team_has_room team={}: bodies are recorded again", team));
        fullTeams = full;
    }

    private void tellBlindTeams(CurrentRules rules) {
        Set<Long> blind = rules.now().blindTeams();
        blind.stream()
                .filter(team -> !blindTeams.contains(team))
                .forEach(team -> LOG.warn(
                        "capture.wrong_json_path team={}: no JSON bodies of this team are recorded until its redaction"
                                + " paths can be read; write them like $.card.number, $.items[*].secret or $..password",
                        team));
        blindTeams = blind;
    }

    /** Drops the oldest days while the tables take more than they may; records nothing when today alone is too much. */
    void keepWithinDisk(NodeLink link) throws SQLException {
        CaptureQueue kept = queue;
        if (kept == null) {
            return;
        }
        long budget = kept.rules().diskBytes();
        while (true) {
            SortedMap<LocalDate, Long> days = link.transact(ExchangeSql::diskUse);
            long used = days.values().stream().mapToLong(Long::longValue).sum();
            kept.metrics().diskUsed(used);
            boolean isOver = budget > 0 && used > budget;
            if (!isOver || days.isEmpty() || !days.firstKey().isBefore(LocalDate.now(ZoneOffset.UTC))) {
                pause(kept.rules(), isOver, used, budget);
                return;
            }
            LocalDate oldest = days.firstKey();
            link.transact(connection -> ExchangeSql.dropDaysBefore(connection, oldest.plusDays(1)));
            kept.metrics().dayDropped();
            LOG.warn(
                    "capture.day_dropped day={} usedBytes={} budgetBytes={}: recorded requests took more disk than they may;"
                            + " raise PORTR_CAPTURE_DISK to keep more days",
                    oldest,
                    used,
                    budget);
        }
    }

    private static void pause(CurrentRules rules, boolean isOver, long used, long budget) {
        if (isOver && !rules.isPaused()) {
            LOG.warn(
                    "capture.paused usedBytes={} budgetBytes={}: nothing is recorded, because the requests of today alone"
                            + " take more disk than they may; raise PORTR_CAPTURE_DISK, or record less with PORTR_CAPTURE,"
                            + " PORTR_CAPTURE_BODY or PORTR_CAPTURE_RATE",
                    used,
                    budget);
        } else if (!isOver && rules.isPaused()) {
            LOG.info("capture.resumed usedBytes={} budgetBytes={}: requests are recorded again", used, budget);
        }
        rules.pause(isOver);
    }

    private static Map<Long, Long> storedBytes(Connection connection) throws SQLException {
        Map<Long, Long> stored = new HashMap<>();
        try (PreparedStatement query = connection.prepareStatement(
                        "select team_id, sum(stored_bytes)::bigint from capture_usage group by team_id");
                ResultSet row = query.executeQuery()) {
            while (row.next()) {
                stored.put(row.getLong(1), row.getLong(2));
            }
        }
        return stored;
    }

    private static List<Team> teams(Connection connection) throws SQLException {
        List<Team> teams = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement("""
                        select team_id, mode, redact_headers, redact_parameters, redact_json, encrypted, max_bytes
                        from team_capture order by team_id
                        """);
                ResultSet row = query.executeQuery()) {
            while (row.next()) {
                teams.add(new Team(
                        row.getLong(1),
                        mode(row.getString(2)),
                        texts(row.getArray(3)),
                        texts(row.getArray(4)),
                        texts(row.getArray(5)),
                        row.getBoolean(6),
                        row.getObject(7, Long.class)));
            }
        }
        return teams;
    }

    private static List<TunnelMode> tunnels(Connection connection) throws SQLException {
        List<TunnelMode> tunnels = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement("""
                        select membership_id, subdomain, mode from tunnel_capture
                        where mode is not null order by membership_id, subdomain
                        """);
                ResultSet row = query.executeQuery()) {
            while (row.next()) {
                tunnels.add(new TunnelMode(
                        row.getLong(1),
                        row.getString(2),
                        Mode.valueOf(row.getString(3).toUpperCase(Locale.ROOT))));
            }
        }
        return tunnels;
    }

    private static @Nullable Mode mode(@Nullable String column) {
        return column == null ? null : Mode.valueOf(column.toUpperCase(Locale.ROOT));
    }

    private static List<String> texts(Array column) throws SQLException {
        return List.of((String[]) column.getArray());
    }
}
