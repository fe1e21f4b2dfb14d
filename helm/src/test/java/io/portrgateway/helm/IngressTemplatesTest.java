package io.portrgateway.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** templates/ingress. */
class IngressTemplatesTest {

    private static final String TRAEFIK = "traefik.ingress.kubernetes.io/router.";
    private static final String NGINX = "nginx.ingress.kubernetes.io/";
    private static final Map<String, Object> GATEWAY =
            Map.of("ingress.enabled", false, "gateway.enabled", true, "gateway.className", "traefik");

    @Nested
    class Admin {

        @Test
        void leadsTheDashboardsHostToAdminServer() {
            Manifest ingress =
                    Chart.render(Map.of("ingress.className", "public")).get("Ingress", "portr-admin");

            assertThat(ingress.maps("spec.rules").getFirst()).containsEntry("host", "admin.tunnels.example.com");
            assertThat(ingress.text("spec.ingressClassName")).isEqualTo("public");
            assertThat(ingress.maps("spec.tls"))
                    .containsExactly(Map.of("hosts", List.of("admin.tunnels.example.com"), "secretName", "portr-tls"));
        }

        @Test
        void winsOverTheWildcardWithTraefik() {
            Rendered rendered = Chart.render(Map.of());

            assertThat(priority(rendered, "portr-admin")).isGreaterThan(priority(rendered, "portr-tunnel"));
            assertThat(priority(rendered, "portr-admin-redirect"))
                    .isGreaterThan(priority(rendered, "portr-tunnel-redirect"));
        }

        @Test
        void isLimitedHardenedAndRedirectedWithTraefik() {
            Rendered rendered = Chart.render(Map.of("ingress.rateLimitPerMinute", 100));

            assertThat(rendered.get("Ingress", "portr-admin").annotations())
                    .containsEntry(TRAEFIK + "entrypoints", "websecure")
                    .containsEntry(TRAEFIK + "tls", "true")
                    .containsEntry(
                            TRAEFIK + "middlewares",
                            "gateway-portr-hsts@kubernetescrd,gateway-portr-rate-limit@kubernetescrd");
            assertThat(rendered.get("Ingress", "portr-admin-redirect").annotations())
                    .containsEntry(TRAEFIK + "entrypoints", "web")
                    .containsEntry(TRAEFIK + "middlewares", "gateway-portr-https@kubernetescrd");
            assertThat(rendered.get("Ingress", "portr-admin-redirect").find("spec.tls"))
                    .isEmpty();
        }

        @Test
        void isLimitedAndRedirectedWithNginx() {
            Rendered rendered = Chart.render(Map.of("ingress.controller", "nginx", "ingress.rateLimitPerMinute", 200));

            assertThat(rendered.get("Ingress", "portr-admin").annotations())
                    .containsEntry(NGINX + "force-ssl-redirect", "true")
                    .containsEntry(NGINX + "limit-rpm", "200")
                    .containsEntry(NGINX + "proxy-buffering", "off");
            assertThat(rendered.ofKind("Middleware")).isEmpty();
            assertThat(rendered.ofKind("Ingress")).hasSize(2);
        }

        @Test
        void hasNoAnnotationOfAnUnknownController() {
            assertThat(Chart.render(Map.of("ingress.controller", "generic"))
                            .get("Ingress", "portr-admin")
                            .annotations())
                    .isEmpty();
        }

        @Test
        void letsTheOperatorsAnnotationsWin() {
            assertThat(Chart.renderYaml("""
                            ingress:
                              adminAnnotations: {traefik.ingress.kubernetes.io/router.entrypoints: internal}
                            """).get("Ingress", "portr-admin").annotations())
                    .containsEntry(TRAEFIK + "entrypoints", "internal");
        }

        private static int priority(Rendered rendered, String ingress) {
            return Integer.parseInt(
                    (String) rendered.get("Ingress", ingress).annotations().get(TRAEFIK + "priority"));
        }
    }

    @Nested
    class Tunnel {

        @Test
        void leadsTheWildcardToTunnelServer() {
            Manifest ingress = Chart.render(Map.of()).get("Ingress", "portr-tunnel");

            assertThat(ingress.maps("spec.rules").getFirst()).containsEntry("host", "*.tunnels.example.com");
        }

        @Test
        void isNeverLimited() {
            Rendered traefik = Chart.render(Map.of("ingress.rateLimitPerMinute", 100));
            Rendered nginx = Chart.render(Map.of("ingress.controller", "nginx", "ingress.rateLimitPerMinute", 100));

            assertThat(traefik.get("Ingress", "portr-tunnel").annotations()).doesNotContainKey(TRAEFIK + "middlewares");
            assertThat(nginx.get("Ingress", "portr-tunnel").annotations()).doesNotContainKey(NGINX + "limit-rpm");
        }

        @Test
        void holdsWebSocketsAndLargeBodiesWithNginx() {
            assertThat(Chart.render(Map.of("ingress.controller", "nginx"))
                            .get("Ingress", "portr-tunnel")
                            .annotations())
                    .containsEntry(NGINX + "proxy-read-timeout", "3600")
                    .containsEntry(NGINX + "proxy-send-timeout", "3600")
                    .containsEntry(NGINX + "proxy-body-size", "0")
                    .containsEntry(NGINX + "proxy-request-buffering", "off")
                    .containsEntry(NGINX + "proxy-http-version", "1.1");
        }

        @Test
        void staysOnPlainHttpWithoutTls() {
            Rendered rendered = Chart.render(Map.of("tls.mode", "none"));

            assertThat(rendered.get("Ingress", "portr-tunnel").annotations())
                    .containsEntry(TRAEFIK + "entrypoints", "web");
            assertThat(rendered.get("Ingress", "portr-tunnel").find("spec.tls")).isEmpty();
            assertThat(rendered.ofKind("Ingress")).hasSize(2);
        }
    }

    @Nested
    class TraefikMiddlewares {

        @Test
        void redirectLimitAndHarden() {
            Rendered rendered = Chart.render(Map.of("ingress.rateLimitPerMinute", 100));

            assertThat(rendered.get("Middleware", "portr-https").map("spec.redirectScheme"))
                    .isEqualTo(Map.of("scheme", "https", "permanent", true));
            assertThat(rendered.get("Middleware", "portr-hsts").map("spec.headers"))
                    .containsEntry("stsSeconds", 31536000);
            assertThat(rendered.get("Middleware", "portr-rate-limit").map("spec.rateLimit"))
                    .isEqualTo(Map.of("average", 100, "period", "1m", "burst", 100));
        }

        @Test
        void areThereOnlyWhenUsed() {
            assertThat(Chart.render(Map.of("tls.mode", "none")).ofKind("Middleware"))
                    .isEmpty();
        }
    }

    @Nested
    class Loadbalancer {

        @Test
        void selectsTheControllerInItsNamespace() {
            Manifest service = Chart.render(Map.of(
                            "ingressLoadBalancer.enabled",
                            true,
                            "tunnel.service.metallb.ip",
                            "10.0.0.9",
                            "tunnel.service.externalTrafficPolicy",
                            "Cluster"))
                    .get("Service", "portr-ingress");

            assertThat(service.text("metadata.namespace")).isEqualTo("ingress");
            assertThat(service.map("spec.selector")).isEqualTo(Map.of("app.kubernetes.io/name", "traefik"));
            assertThat(service.maps("spec.ports"))
                    .extracting(port -> port.get("port"))
                    .containsExactly(80, 443);
        }
    }

    @Nested
    class Gateway {

        @Test
        void listensForBothSchemes() {
            Manifest gateway = Chart.render(GATEWAY).get("Gateway", "portr");

            assertThat(gateway.text("spec.gatewayClassName")).isEqualTo("traefik");
            assertThat(gateway.maps("spec.listeners"))
                    .extracting(listener -> listener.get("protocol"))
                    .containsExactly("HTTP", "HTTPS");
        }

        @Test
        void replacesTheIngress() {
            assertThat(Chart.render(GATEWAY).ofKind("Ingress")).isEmpty();
            assertThat(Chart.render(Map.of()).ofKind("Gateway")).isEmpty();
        }
    }

    @Nested
    class Httproutes {

        @Test
        void leadBothHostsAndRedirect() {
            Rendered rendered = Chart.render(GATEWAY);

            assertThat(rendered.get("HTTPRoute", "portr-admin").get("spec.hostnames"))
                    .isEqualTo(List.of("admin.tunnels.example.com"));
            assertThat(rendered.get("HTTPRoute", "portr-tunnel").get("spec.hostnames"))
                    .isEqualTo(List.of("*.tunnels.example.com"));
            assertThat(rendered.get("HTTPRoute", "portr-redirect").maps("spec.parentRefs"))
                    .containsExactly(Map.of("name", "portr", "sectionName", "http"));
        }

        @Test
        void attachToAGatewayOfTheOperator() {
            Rendered rendered = Chart.renderYaml("""
                    ingress: {enabled: false}
                    gateway: {enabled: true, create: false, parentRefs: [{name: shared, namespace: gateways}]}
                    """);

            assertThat(rendered.ofKind("Gateway")).isEmpty();
            assertThat(rendered.ofKind("HTTPRoute"))
                    .hasSize(2)
                    .allSatisfy(route -> assertThat(route.maps("spec.parentRefs"))
                            .containsExactly(Map.of("name", "shared", "namespace", "gateways")));
        }
    }
}
