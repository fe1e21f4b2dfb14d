package io.portrgateway.tunnel.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Locale;

/**
 * Settings of running the server: the private port, logs, start and stop. Immutable.
 *
 * @param address where health, readiness and metrics are served; port 0 chooses a free one
 * @param startTimeout how long the database may take to become usable at start before the server gives up
 * @param shutdownGrace how long exchanges in flight may take when the server stops
 * @param logFormat how log lines look
 * @param logLevel the least important level that is logged
 */
public record OpsConfig(
        InetSocketAddress address,
        Duration startTimeout,
        Duration shutdownGrace,
        LogFormat logFormat,
        LogLevel logLevel) {

    /** How log lines look. */
    public enum LogFormat {
        PLAIN,
        JSON
    }

    /** The least important level that is logged. */
    public enum LogLevel {
        TRACE,
        DEBUG,
        INFO,
        WARN,
        ERROR
    }

    /** Name of the setting for the format of log lines, which the logging set-up reads before all others. */
    public static final String LOG_FORMAT = "PORTR_LOG_FORMAT";

    /** Name of the setting for the log level, which the logging set-up reads before all others. */
    public static final String LOG_LEVEL = "PORTR_LOG_LEVEL";

    /** Name of portr's own debug switch, which the logging set-up reads before all others. */
    public static final String DEBUG = "PORTR_TUNNEL_DEBUG";

    /** Reads the settings; problems are noted in {@code settings}. */
    public static OpsConfig read(Settings settings) {
        InetSocketAddress address = new InetSocketAddress(
                settings.parsed(
                        "PORTR_OPS_ADDRESS",
                        "127.0.0.1",
                        "an IP address",
                        InetAddress::ofLiteral,
                        "Address of the private port for health, readiness and metrics; it asks for no password, so open it"
                                + " (0.0.0.0 in a pod) only where strangers cannot reach it."),
                settings.integer(
                        "PORTR_OPS_PORT",
                        8090,
                        0,
                        65535,
                        "Private port: /livez, /readyz (JSON) and /metrics (Prometheus)."));
        Duration startTimeout = settings.duration(
                "PORTR_START_TIMEOUT",
                "2m",
                Duration.ZERO,
                Duration.ofDays(1),
                "How long the database may take to become usable at start before the server gives up.");
        Duration grace = settings.duration(
                "PORTR_SHUTDOWN_GRACE",
                "25s",
                Duration.ZERO,
                Duration.ofHours(1),
                "How long requests and connections in flight may take when the server stops.");
        return new OpsConfig(address, startTimeout, grace, readFormat(settings), readLevel(settings));
    }

    private static LogFormat readFormat(Settings settings) {
        return settings.choice(LOG_FORMAT, LogFormat.PLAIN, "Log lines as text for people (plain) or JSON (json).");
    }

    private static LogLevel readLevel(Settings settings) {
        LogLevel level = settings.choice(
                LOG_LEVEL,
                LogLevel.INFO,
                "Least important level that is logged: " + LogLevel.TRACE.name().toLowerCase(Locale.ROOT)
                        + ", debug, info, warn or error.");
        boolean isDebug = settings.flag(DEBUG, false, "The same as PORTR_LOG_LEVEL=debug.");
        return isDebug && level.compareTo(LogLevel.DEBUG) > 0 ? LogLevel.DEBUG : level;
    }
}
