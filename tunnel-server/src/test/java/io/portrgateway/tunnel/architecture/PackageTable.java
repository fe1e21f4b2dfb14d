package io.portrgateway.tunnel.architecture;

import java.util.Map;
import java.util.Set;

/** The package table of docs/architecture.md: what each package of this server may use of the others. */
final class PackageTable {

    static final String ROOT = "io.portrgateway.tunnel";

    /** The composition root may use everything. */
    static final Set<String> EVERYTHING = Set.of(
            "config",
            "metrics",
            "registry",
            "relay",
            "transport",
            "ssh",
            "tcp",
            "http",
            "store",
            "ops",
            "capture",
            "kubernetes",
            "replay");

    static final Map<String, Set<String>> ALLOWED = Map.ofEntries(
            Map.entry("", EVERYTHING),
            Map.entry("config", Set.of()),
            Map.entry("metrics", Set.of()),
            Map.entry("registry", Set.of()),
            Map.entry("relay", Set.of("metrics")),
            Map.entry("transport", Set.of("metrics", "config")),
            Map.entry("capture", Set.of("registry", "metrics", "config")),
            Map.entry("ssh", Set.of("registry", "transport", "metrics", "config")),
            Map.entry("tcp", Set.of("registry", "relay", "metrics", "config")),
            Map.entry("http", Set.of("registry", "relay", "capture", "replay", "metrics", "config")),
            Map.entry("replay", Set.of("registry")),
            Map.entry("store", Set.of("registry", "capture", "replay", "metrics", "config")),
            Map.entry("kubernetes", Set.of("registry", "metrics", "config")),
            Map.entry("ops", Set.of("registry", "metrics", "config")));

    private PackageTable() {}

    /** The package below {@code root}, empty for the root itself. */
    static String nameBelow(String root, String packageName) {
        return packageName.equals(root) ? "" : packageName.substring(root.length() + 1);
    }
}
