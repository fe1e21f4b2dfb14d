package io.portrgateway.tunnel.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * Settings of the Service whose ports follow the TCP tunnels. Immutable.
 *
 * @param service name of the Service; empty for none
 * @param apiHost host of the Kubernetes API; empty outside a cluster
 * @param apiPort port of the Kubernetes API
 * @param account directory with {@code token}, {@code ca.crt} and {@code namespace}
 * @param maxPortCount ports of tunnels in the Service at once
 * @param reconcileInterval how often the Service is compared without an occasion
 */
public record KubernetesConfig(
        String service, String apiHost, int apiPort, Path account, int maxPortCount, Duration reconcileInterval) {

    private static final Pattern SERVICE = Pattern.compile("|[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
    private static final Pattern HOST = Pattern.compile("|[A-Za-z0-9.:-]+");

    /** Reads the settings; problems are noted in {@code settings}. */
    public static KubernetesConfig read(Settings settings) {
        KubernetesConfig config = new KubernetesConfig(
                settings.parsed(
                        "PORTR_KUBERNETES_SERVICE",
                        "",
                        "the name of a Service",
                        text -> matching(SERVICE, text),
                        "Service of this pod to which a port is added while a TCP tunnel is open; unset leaves all Services"
                                + " alone."),
                settings.parsed(
                        "KUBERNETES_SERVICE_HOST",
                        "",
                        "a host name or an IP address",
                        text -> matching(HOST, text),
                        "Where the Kubernetes API is; Kubernetes sets it in each pod."),
                settings.integer(
                        "KUBERNETES_SERVICE_PORT",
                        443,
                        1,
                        65_535,
                        "Port of the Kubernetes API; Kubernetes sets it in each pod."),
                settings.parsed(
                        "PORTR_KUBERNETES_ACCOUNT_DIR",
                        "/var/run/secrets/kubernetes.io/serviceaccount",
                        "a directory",
                        Path::of,
                        "Where the pod's account is mounted: token, ca.crt, namespace; read again for each question."),
                settings.integer(
                        "PORTR_KUBERNETES_MAX_PORTS",
                        1_000,
                        1,
                        3_000,
                        "Ports of TCP tunnels in the Service at once; further tunnels are reachable inside the cluster only."),
                settings.duration(
                        "PORTR_KUBERNETES_RECONCILE_INTERVAL",
                        "2m",
                        Duration.ofMillis(100),
                        Duration.ofHours(1),
                        "How often the Service is compared with the open tunnels without an occasion; what no tunnel of this"
                                + " node used for so long is removed."));
        if (config.isOn() && config.apiHost().isEmpty()) {
            settings.problem(
                    "PORTR_KUBERNETES_SERVICE",
                    "there is no KUBERNETES_SERVICE_HOST (expected: set only in a pod of Kubernetes)");
        }
        return config;
    }

    public boolean isOn() {
        return !service.isEmpty();
    }

    private static String matching(Pattern pattern, String text) {
        if (!pattern.matcher(text).matches()) {
            throw new IllegalArgumentException(text);
        }
        return text;
    }
}
