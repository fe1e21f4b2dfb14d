package io.portrgateway.admin;

import io.portrgateway.admin.settings.AdminSettings;
import io.portrgateway.admin.settings.AdminSettings.LogFormat;
import java.util.HashMap;
import java.util.Map;

/** The framework's properties that depend on our settings; the fixed ones are in {@code application.properties}. */
final class FrameworkProperties {

    /** What a form holds beside its file, as application.properties bounds it. */
    private static final long FORM_BYTES = 512 << 10;

    private FrameworkProperties() {}

    static Map<String, Object> of(AdminSettings settings) {
        Map<String, Object> properties = new HashMap<>();
        properties.put("server.address", settings.admin().address());
        properties.put("server.port", settings.admin().port());
        properties.put("management.server.address", settings.ops().address());
        properties.put("management.server.port", settings.ops().port());
        // files come with forms that replace the body of a request, or hold many; account.UploadFilter bounds each by
        // its own
        long fileBytes = Math.max(
                Math.max(1, settings.replays().bodyBytes()), settings.files().maxUploadBytes());
        properties.put("spring.servlet.multipart.max-file-size", fileBytes + "B");
        properties.put("spring.servlet.multipart.max-request-size", fileBytes + FORM_BYTES + "B");
        properties.put("portr.version", AdminServer.version());
        properties.put(
                "logging.level.io.portrgateway", settings.logging().level().name());
        if (settings.logging().format() == LogFormat.JSON) {
            properties.put("logging.structured.format.console", "ecs");
        }
        return properties;
    }
}
