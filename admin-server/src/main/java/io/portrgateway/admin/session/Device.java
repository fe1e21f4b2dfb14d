package io.portrgateway.admin.session;

import java.util.LinkedHashMap;
import java.util.Map;

/** Says in a few words what a {@code User-Agent} stands for. A hint for people, never a proof. */
final class Device {

    /** What to look for, most telling first: nearly every browser calls itself Safari, and many Chrome. */
    private static final Map<String, String> PROGRAMS = new LinkedHashMap<>();

    private static final Map<String, String> SYSTEMS = new LinkedHashMap<>();

    static {
        PROGRAMS.put("Edg", "Edge");
        PROGRAMS.put("OPR/", "Opera");
        PROGRAMS.put("Vivaldi/", "Vivaldi");
        PROGRAMS.put("SamsungBrowser/", "Samsung Internet");
        PROGRAMS.put("Firefox/", "Firefox");
        PROGRAMS.put("FxiOS/", "Firefox");
        PROGRAMS.put("CriOS/", "Chrome");
        PROGRAMS.put("HeadlessChrome/", "Chrome");
        PROGRAMS.put("Chrome/", "Chrome");
        PROGRAMS.put("Safari/", "Safari");
        PROGRAMS.put("curl/", "curl");
        SYSTEMS.put("Windows", "Windows");
        SYSTEMS.put("Android", "Android");
        SYSTEMS.put("iPhone", "iPhone");
        SYSTEMS.put("iPad", "iPad");
        SYSTEMS.put("Mac OS X", "macOS");
        SYSTEMS.put("CrOS", "ChromeOS");
        SYSTEMS.put("Linux", "Linux");
    }

    private Device() {}

    static String of(String userAgent) {
        String program = find(PROGRAMS, userAgent);
        String system = find(SYSTEMS, userAgent);
        if (program.isEmpty()) {
            return system.isEmpty() ? "Unknown browser" : "A browser on " + system;
        }
        return system.isEmpty() ? program : program + " on " + system;
    }

    private static String find(Map<String, String> names, String userAgent) {
        return names.entrySet().stream()
                .filter(name -> userAgent.contains(name.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse("");
    }
}
