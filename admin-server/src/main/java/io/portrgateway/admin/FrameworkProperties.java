package io.portrgateway.admin;

import io.portrgateway.admin.settings.AdminSettings;
import io.portrgateway.admin.settings.AdminSettings.LogFormat;
import java.util.HashMap;
import java.util.Map;

/** The framework's properties that depend on our settings; the fixed ones are in {@code application.properties}. */
final class FrameworkProperties {

    private FrameworkProperties() {}

    static Map<String, Object> of(AdminSettings settings) {
        boolean secure = settings.publicAddresses().isSecure();
        Map<String, Object> properties = new HashMap<>();
        properties.put("server.port", settings.adminPort());
        properties.put("management.server.port", settings.opsPort());
        // __Host-: a page behind a tunnel on the same domain cannot set this cookie (threats W5)
        properties.put("server.servlet.session.cookie.name", secure ? "__Host-portr_session" : "portr_session");
        properties.put("server.servlet.session.cookie.secure", secure);
        properties.put("portr.version", AdminServer.version());
        if (settings.logFormat() == LogFormat.JSON) {
            properties.put("logging.structured.format.console", "ecs");
        }
        return properties;
    }
}
