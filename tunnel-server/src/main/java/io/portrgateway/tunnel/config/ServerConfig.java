package io.portrgateway.tunnel.config;

import java.util.List;
import java.util.Map;

/** Every setting of the server. Immutable. */
public record ServerConfig(
        OpsConfig ops,
        TransportConfig transport,
        SshConfig ssh,
        HttpConfig http,
        TcpConfig tcp,
        CaptureConfig capture,
        ReplayConfig replay,
        StoreConfig store,
        KubernetesConfig kubernetes,
        PublicUrls urls) {

    /** Settings as read: usable only when there are no problems. */
    public record Reading(ServerConfig config, List<Settings.Setting> declared, List<String> problems) {

        public Reading {
            declared = List.copyOf(declared);
            problems = List.copyOf(problems);
        }
    }

    /** Reads all settings from environment variables; every problem is found in one go. */
    public static Reading read(Map<String, String> environment) {
        Settings settings = new Settings(environment);
        ServerConfig config = new ServerConfig(
                OpsConfig.read(settings),
                TransportConfig.read(settings),
                SshConfig.read(settings),
                HttpConfig.read(settings),
                TcpConfig.read(settings),
                CaptureConfig.read(settings),
                ReplayConfig.read(settings),
                StoreConfig.read(settings),
                KubernetesConfig.read(settings),
                PublicUrls.read(settings));
        return new Reading(config, settings.declared(), settings.problems());
    }
}
