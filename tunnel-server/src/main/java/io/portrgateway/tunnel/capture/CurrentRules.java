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

    private final CaptureConfig config;
    private final CaptureRules instance;
    private final TeamUsage usage = new TeamUsage();
    private volatile CaptureRules now;
    private volatile boolean paused;
    private List<Team> teams = List.of();
    private List<TunnelMode> tunnels = List.of();

    CurrentRules(CaptureConfig config) {
        this.config = config;
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

    /** What is stored of each team. */
    public TeamUsage usage() {
        return usage;
    }

    /** Whether as much is stored of the team as may be, so that nothing is added but heads. */
    public boolean isFull(long teamId) {
        long most = now.maxBytes(teamId);
        return most > 0 && usage.bytes(teamId) >= most;
    }

    /** The disk that all tables may take; 0 for no limit. */
    public long diskBytes() {
        return config.diskBytes();
    }

    /** Nothing is recorded from now on, or it is again. */
    public void pause(boolean isPaused) {
        paused = isPaused;
    }

    /** Whether nothing is recorded, because the disk budget is used up. */
    public boolean isPaused() {
        return paused;
    }
}
