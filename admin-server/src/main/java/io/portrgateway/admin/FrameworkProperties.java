package io.portrgateway.admin;

import io.portrgateway.admin.settings.AdminSettings;
import io.portrgateway.admin.settings.AdminSettings.LogFormat;
import java.util.HashMap;
import java.util.Map;

/** The framework's properties that depend on our settings; the fixed ones are in {@code application.properties}. */
final class FrameworkProperties {

    private FrameworkProperties() {}

    static Map<String, Object> of(AdminSettings settings) {
        Map<String, Object> properties = new HashMap<>();
        properties.put("server.address", settings.admin().address());
        properties.put("server.port", settings.admin().port());
        properties.put("management.server.address", settings.ops().address());
        properties.put("management.server.port", settings.ops().port());
        properties.put("portr.version", AdminServer.version());
        properties.put(
                "logging.level.io.portrgateway", settings.logging().level().name());
        if (settings.logging().format() == LogFormat.JSON) {
            properties.put("logging.structured.format.console", "ecs");
        }
        return properties;
    }
}
