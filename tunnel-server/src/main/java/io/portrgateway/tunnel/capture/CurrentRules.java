package io.portrgateway.tunnel.capture;

import io.portrgateway.tunnel.capture.CaptureRules.Team;
import io.portrgateway.tunnel.capture.CaptureRules.TunnelMode;
import io.portrgateway.tunnel.config.CaptureConfig;
import java.util.List;

/**
 * The rules of recording as they are now: the instance's until others are known, and the last known ones while nobody can
 * be asked. Thread-safe; reading takes no lock.
 */
public final class CurrentRules {

    private final CaptureRules instance;
    private volatile CaptureRules now;
    private List<Team> teams = List.of();
    private List<TunnelMode> tunnels = List.of();

    CurrentRules(CaptureConfig config) {
        instance = CaptureRules.of(config);
        now = instance;
    }

    public CaptureRules now() {
        return now;
    }

    /** What teams and tunnels say; for requests that begin from now on. Called by one thread. */
    public void become(List<Team> newTeams, List<TunnelMode> newTunnels) {
        if (!teams.equals(newTeams) || !tunnels.equals(newTunnels)) {
            now = instance.with(newTeams, newTunnels);
            teams = List.copyOf(newTeams);
            tunnels = List.copyOf(newTunnels);
        }
    }
}
