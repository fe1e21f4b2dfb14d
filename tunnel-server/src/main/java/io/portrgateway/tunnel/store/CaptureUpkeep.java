package io.portrgateway.tunnel.store;

import io.portrgateway.tunnel.capture.CaptureRules.Team;
import io.portrgateway.tunnel.capture.CaptureRules.TunnelMode;
import io.portrgateway.tunnel.capture.CurrentRules;
import io.portrgateway.tunnel.config.CaptureConfig.Mode;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What recording needs of the upkeep: the rules of teams and tunnels. Confined to the upkeep thread, but for {@link #keep}. */
final class CaptureUpkeep {

    private volatile @Nullable CurrentRules rules;

    /** From now on these rules are kept up to date. Any thread. */
    void keep(CurrentRules current) {
        rules = current;
    }

    /** Reads what teams and tunnels want recorded. */
    void readRules(NodeLink link) throws SQLException {
        CurrentRules kept = rules;
        if (kept != null) {
            link.transact(connection -> {
                kept.become(teams(connection), tunnels(connection));
                return true;
            });
        }
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
