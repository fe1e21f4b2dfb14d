package io.portrgateway.admin;

import java.io.File;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/**
 * The machine's Chromium, without a window and without a way to anywhere but loopback. One per test JVM, started at first use;
 * a machine without it fails the test and says what to install. Nothing is ever downloaded: browser and driver are given
 * explicitly.
 */
final class Chromium {

    private static final List<String> BROWSERS = List.of("chromium", "chromium-browser", "google-chrome");
    private static final List<String> DRIVERS = List.of("chromedriver", "chromium-driver");

    private Chromium() {}

    static ChromeDriver driver() {
        return Started.DRIVER;
    }

    private static final class Started {

        static final ChromeDriver DRIVER = start();

        private static ChromeDriver start() {
            ChromeOptions options = new ChromeOptions();
            options.setBinary(executable(BROWSERS));
            options.addArguments(
                    "--headless=new",
                    "--disable-gpu",
                    "--disable-dev-shm-usage",
                    "--no-first-run",
                    "--no-proxy-server",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--hide-scrollbars",
                    "--force-color-profile=srgb",
                    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost");
            if ("root".equals(System.getProperty("user.name"))) {
                options.addArguments("--no-sandbox");
            }
            LoggingPreferences logs = new LoggingPreferences();
            logs.enable(LogType.BROWSER, Level.ALL);
            options.setCapability("goog:loggingPrefs", logs);
            ChromeDriverService service = new ChromeDriverService.Builder()
                    .usingDriverExecutable(executable(DRIVERS))
                    .usingAnyFreePort()
                    .withSilent(true)
                    .build();
            ChromeDriver driver = new ChromeDriver(service, options);
            Runtime.getRuntime().addShutdownHook(new Thread(driver::quit, "chromium-end"));
            driver.executeCdpCommand(
                    "Browser.grantPermissions",
                    Map.of("permissions", List.of("clipboardReadWrite", "clipboardSanitizedWrite")));
            return driver;
        }

        private static File executable(List<String> names) {
            Optional<File> found = names.stream()
                    .flatMap(name -> Stream.concat(
                                    Stream.of("/usr/bin"),
                                    Stream.of(System.getenv()
                                            .getOrDefault("PATH", "")
                                            .split(File.pathSeparator)))
                            .map(directory -> new File(directory, name)))
                    .filter(File::canExecute)
                    .findFirst();
            return found.orElseThrow(() -> new IllegalStateException("no " + names.getFirst()
                    + " on this machine: the browser tests need the Debian packages chromium and chromium-driver"));
        }
    }
}
