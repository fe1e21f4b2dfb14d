package io.portrgateway.admin;

import java.util.List;
import java.util.Map;
import org.openqa.selenium.chrome.ChromeDriver;

/**
 * The network panel of Chromium's DevTools, as far as files go: its own front end, which Chromium carries along and serves on its
 * debugging port, takes a HAR file in as "Import HAR file" does.
 */
final class DevTools {

    private static final String IMPORT = """
            const done = arguments[arguments.length - 1];
            import('./models/har/har.js').then(har => {
                const log = new har.HARFormat.HARRoot(JSON.parse(arguments[0])).log;
                return Promise.all(har.Importer.Importer.requestsFromHARLog(log).map(async request => {
                    const content = await request.requestContentData();
                    return {
                        method: request.requestMethod, url: request.url(), status: request.statusCode,
                        start: request.startTime, duration: request.duration, mime: request.mimeType,
                        requestHeaders: request.requestHeaders().map(h => h.name + ': ' + h.value),
                        responseHeaders: request.responseHeaders.map(h => h.name + ': ' + h.value),
                        posted: await request.requestFormData(),
                        frames: request.frames().map(f => f.type + ' ' + f.opCode + ' ' + f.text),
                        body: content.isTextContent ? content.text : content.base64,
                        type: request.resourceType().name()
                    };
                }));
            }).then(done, failure => done('refused: ' + failure));
            """;

    private DevTools() {}

    /** The requests as DevTools shows them; fails as it does. */
    static List<Map<String, Object>> imported(String har) {
        ChromeDriver driver = Chromium.driver();
        Map<?, ?> options = (Map<?, ?>) driver.getCapabilities().getCapability("goog:chromeOptions");
        driver.get("http://" + options.get("debuggerAddress") + "/devtools/devtools_app.html");
        Object found = driver.executeAsyncScript(IMPORT, har);
        driver.get("about:blank");
        if (!(found instanceof List<?> requests)) {
            throw new AssertionError("DevTools " + found);
        }
        @SuppressWarnings("unchecked")
        List<Map<String, Object>> maps = (List<Map<String, Object>>) (List<?>) requests;
        return maps;
    }
}
