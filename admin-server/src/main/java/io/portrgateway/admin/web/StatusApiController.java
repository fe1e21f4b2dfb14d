package io.portrgateway.admin.web;

import java.util.Map;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** What clients and probes ask without a key. */
@RestController
@WithoutSession
final class StatusApiController {

    /** The portr version we behave as: the client decides by it what it may use. Our own version is in the dashboard. */
    private static final String EMULATED_VERSION = "v1.0.18";

    @GetMapping("/api/v1/version")
    Map<String, String> version() {
        return Map.of("version", EMULATED_VERSION);
    }

    @GetMapping("/api/v1/healthcheck")
    Map<String, String> healthcheck() {
        return Map.of("status", "ok");
    }
}
