package io.portrgateway.tunnel.capture;

import io.portrgateway.tunnel.config.CaptureConfig;
import io.portrgateway.tunnel.config.CaptureConfig.Mode;
import io.portrgateway.tunnel.registry.HttpBinding;
import io.portrgateway.tunnel.registry.Lease;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What teams and tunnels want of the recording, at one time, over what the instance's settings say. Immutable. */
public final class CaptureRules {

    private final CaptureConfig instance;
    private final TeamRule others;
    private final Map<Long, TeamRule> teams;
    private final Map<TunnelName, Mode> tunnels;

    /**
     * A row of {@code team_capture}.
     *
     * @param mode null: as the instance
     * @param maxBytes null: as the instance
     */
    public record Team(
            long teamId,
            @Nullable Mode mode,
            List<String> redactHeaders,
            List<String> redactParameters,
            List<String> redactJson,
            boolean encrypted,
            @Nullable Long maxBytes) {

        public Team {
            redactHeaders = List.copyOf(redactHeaders);
            redactParameters = List.copyOf(redactParameters);
            redactJson = List.copyOf(redactJson);
        }
    }

    /** A row of {@code tunnel_capture} that has a mode. */
    public record TunnelMode(long membershipId, String subdomain, Mode mode) {}

    private record TunnelName(long membershipId, String subdomain) {}

    private record TeamRule(Mode mode, Redaction redaction, boolean encrypted, long maxBytes) {}

    private CaptureRules(
            CaptureConfig instance, TeamRule others, Map<Long, TeamRule> teams, Map<TunnelName, Mode> tunnels) {
        this.instance = instance;
        this.others = others;
        this.teams = Map.copyOf(teams);
        this.tunnels = Map.copyOf(tunnels);
    }

    /** The instance's rules for everybody. */
    static CaptureRules of(CaptureConfig instance) {
        Redaction redaction =
                new Redaction(instance.redactedHeaders(), instance.redactedParameters(), JsonPaths.of(List.of()));
        return new CaptureRules(
                instance, new TeamRule(instance.mode(), redaction, false, instance.teamBytes()), Map.of(), Map.of());
    }

    CaptureRules with(List<Team> teamRows, List<TunnelMode> tunnelRows) {
        Map<Long, TeamRule> teamRules = new HashMap<>();
        for (Team row : teamRows) {
            teamRules.put(row.teamId(), rule(row));
        }
        Map<TunnelName, Mode> tunnelModes = new HashMap<>();
        for (TunnelMode row : tunnelRows) {
            tunnelModes.put(new TunnelName(row.membershipId(), row.subdomain()), row.mode());
        }
        return new CaptureRules(instance, others, teamRules, tunnelModes);
    }

    private TeamRule rule(Team row) {
        return new TeamRule(
                row.mode() == null ? instance.mode() : row.mode(),
                new Redaction(
                        joined(instance.redactedHeaders(), row.redactHeaders()),
                        joined(instance.redactedParameters(), row.redactParameters()),
                        JsonPaths.of(row.redactJson())),
                row.encrypted(),
                row.maxBytes() == null ? instance.teamBytes() : row.maxBytes());
    }

    private static List<String> joined(List<String> some, List<String> more) {
        List<String> all = new ArrayList<>(some);
        all.addAll(more);
        return all;
    }

    /** What is kept of the exchanges of a tunnel: what was said of it, else of its team, else of all. */
    Mode mode(Lease lease) {
        if (!tunnels.isEmpty() && lease.binding() instanceof HttpBinding http) {
            @Nullable
            Mode mode = tunnels.get(
                    new TunnelName(lease.owner().membershipId(), http.hostname().label()));
            if (mode != null) {
                return mode;
            }
        }
        return team(lease.owner().teamId()).mode();
    }

    /** What the team does not want to be stored. */
    public Redaction redaction(long teamId) {
        return team(teamId).redaction();
    }

    /** Whether header fields and bodies of the team are stored only encrypted. */
    public boolean isEncrypted(long teamId) {
        return team(teamId).encrypted();
    }

    /** What may be stored of the team in all; 0 for no limit. */
    public long maxBytes(long teamId) {
        return team(teamId).maxBytes();
    }

    /** Teams with a JSON path that cannot be read. */
    public Set<Long> blindTeams() {
        return teams.entrySet().stream()
                .filter(team -> team.getValue().redaction().isBlind())
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    private TeamRule team(long teamId) {
        return teams.isEmpty() ? others : teams.getOrDefault(teamId, others);
    }
}
