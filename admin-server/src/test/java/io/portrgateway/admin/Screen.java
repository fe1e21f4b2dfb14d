package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.admin.team.FirstAdministrator;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.logging.Level;
import org.awaitility.Awaitility;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.logging.LogType;

/**
 * A person in front of {@link Chromium}, at the pages of one {@link Gateway}. How browser tests are written:
 *
 * <pre>
 * class MembersPageIT {
 *     private static Gateway gateway;
 *     private static Screen screen;
 *
 *     {@literal @}BeforeAll
 *     static void start() {
 *         gateway = Gateway.start("PORTR_SIGN_IN_RATE_PER_ADDRESS", "0");
 *         screen = new Screen(gateway).signIn();           // the first administrator; signIn("ann@…") for others
 *     }
 *
 *     {@literal @}AfterAll
 *     static void stop() {
 *         gateway.close();
 *     }
 *
 *     {@literal @}Test
 *     void invitesAMember() {
 *         screen.open("/default-team/members").check("members");   // pictures, WCAG, overflow, console: all four ways
 *         screen.click("Invite");                                   // a button or link by its words
 *         screen.type("#email", "ben@example.com").click("Send invitation");
 *         screen.waitFor("Invitation sent");
 *         screen.check("members-invited");
 *     }
 * }
 * </pre>
 *
 * <p>{@link #check} leaves {@code target/screenshots/<name>-<light|dark>-<1280|360>.png}; with
 * {@code -Dscreenshots.write=true} the main ones go to docs/screenshots as well. Tests share one browser, so they do
 * not run in parallel. What is missing here is at hand through {@link #driver}.
 */
final class Screen {

    private static final Path PICTURES = Path.of("target", "screenshots");
    private static final Path DOCUMENTED = Path.of("..", "docs", "screenshots");

    /** What docs/screenshots shows, by the name of its check; -Dscreenshots.write=true writes it. */
    private static final Set<String> DOCUMENTED_NAMES = Set.of(
            "overview",
            "overview-first-run",
            "connections-live",
            "connection",
            "members-pending",
            "subdomains",
            "client-template",
            "audit",
            "system",
            "design",
            "sign-in",
            "api-docs",
            "account",
            "ssh-keys",
            "tokens-made",
            "teams");

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int HEIGHT = 800;
    private static final String AXE = resource("/axe.min.js");

    private final Gateway gateway;
    private final ChromeDriver driver;

    Screen(Gateway gateway) {
        this.gateway = gateway;
        this.driver = Chromium.driver();
        // what another test left open goes on asking a server that may be gone
        driver.get("about:blank");
        forgetConsole();
        look("light", 1280);
    }

    ChromeDriver driver() {
        return driver;
    }

    /** Signs in as the first administrator with a fresh one-time link. */
    Screen signIn() {
        return signIn(Optional.empty());
    }

    /** Signs in as this user, who must exist. */
    Screen signIn(String email) {
        return signIn(Optional.of(email));
    }

    private Screen signIn(Optional<String> email) {
        driver.manage().deleteAllCookies();
        URI link = URI.create(gateway.bean(FirstAdministrator.class)
                .entry(email)
                .orElseThrow()
                .signInUrl());
        open(link.getPath() + "?" + link.getQuery());
        driver.findElement(By.cssSelector("form[action*=sign-in] button")).click();
        await(() -> !path().startsWith("/sign-in"), "to be signed in");
        return this;
    }

    Screen open(String path) {
        driver.get(gateway.uri(path).toString());
        return this;
    }

    /** Path and query of the page shown. */
    String path() {
        URI uri = URI.create(driver.getCurrentUrl());
        return uri.getRawPath() + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
    }

    /** Everything a person could read on the page. */
    String text() {
        return driver.findElement(By.tagName("body")).getText();
    }

    WebElement find(String css) {
        return driver.findElement(By.cssSelector(css));
    }

    List<WebElement> findAll(String css) {
        return driver.findElements(By.cssSelector(css));
    }

    /** Presses the first visible button or link with these words. */
    Screen click(String words) {
        Awaitility.await("something to press called " + words)
                .atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> findAll("button, a, summary, [role=button]").stream()
                        .filter(WebElement::isDisplayed)
                        .filter(element -> words.equals(element.getText().strip())
                                || words.equals(element.getAttribute("aria-label")))
                        .findFirst()
                        .map(element -> {
                            element.click();
                            return true;
                        })
                        .orElse(false));
        return this;
    }

    /** Replaces what is in a field. */
    Screen type(String css, String text) {
        WebElement field = find(css);
        field.clear();
        field.sendKeys(text);
        return this;
    }

    Screen waitFor(String words) {
        await(() -> text().contains(words), "to read: " + words);
        return this;
    }

    Screen waitUntilGone(String words) {
        await(() -> !text().contains(words), "no longer to read: " + words);
        return this;
    }

    /** Sets the system's colours and the width of the window. */
    Screen look(String theme, int width) {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of(
                        "features",
                        List.of(
                                Map.of("name", "prefers-color-scheme", "value", theme),
                                Map.of("name", "prefers-reduced-motion", "value", "reduce"))));
        size(width, HEIGHT);
        return this;
    }

    /**
     * Looks at the page that is shown in both themes, wide and narrow: a picture of each, no content wider than a phone, no
     * violation of WCAG 2.1 A and AA that axe can see, and nothing in the console.
     */
    Screen check(String name) {
        for (String theme : new String[] {"light", "dark"}) {
            for (int width : new int[] {1280, 360}) {
                look(theme, width);
                picture(name + "-" + theme + "-" + width);
                if (width == 1280 && DOCUMENTED_NAMES.contains(name) && Boolean.getBoolean("screenshots.write")) {
                    capture(DOCUMENTED.resolve(name + "-" + theme + ".webp"), 940, "webp");
                }
                assertFits(name, width);
                assertAccessible(name + " (" + theme + ", " + width + ")");
            }
        }
        look("light", 1280);
        assertConsoleIsQuiet(name);
        return this;
    }

    /** A picture of the whole page as it looks now. */
    Path picture(String name) {
        int height = Math.max(HEIGHT, number("return document.documentElement.scrollHeight"));
        return capture(PICTURES.resolve(name + ".png"), height, "png");
    }

    private Path capture(Path file, int height, String format) {
        int width = number("return innerWidth");
        size(width, height);
        Object image = driver.executeCdpCommand("Page.captureScreenshot", Map.of("format", format, "quality", 70))
                .get("data");
        size(width, HEIGHT);
        try {
            Files.createDirectories(file.getParent());
            return Files.write(file, Base64.getDecoder().decode(String.valueOf(image)));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Nothing but what is meant to scroll sideways is wider than the window. */
    void assertFits(String name, int width) {
        assertThat(number("return document.documentElement.scrollWidth"))
                .as(name + " at " + width + " px; too wide: " + driver.executeScript("""
                                return [...document.querySelectorAll('body *')]
                                  .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
                                  .slice(0, 5).map(e => e.outerHTML.slice(0, 120))
                                """))
                .isLessThanOrEqualTo(width);
    }

    /** What axe finds against WCAG 2.0 and 2.1, levels A and AA. */
    void assertAccessible(String name) {
        driver.executeScript("if (!window.axe) { " + AXE + " }");
        Object violations = driver.executeAsyncScript("""
                const done = arguments[arguments.length - 1];
                axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] }).then(
                    found => done(found.violations.flatMap(v => v.nodes.map(
                        n => v.id + ': ' + n.target + ' ' + n.failureSummary))),
                    failure => done(['axe failed: ' + failure]));
                """);
        assertThat((List<?>) violations).as("accessibility of " + name).isEmpty();
    }

    /** No error and no refused content since the last look; refusals of the Content-Security-Policy end up here too. */
    void assertConsoleIsQuiet(String name) {
        List<String> said = driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
                .map(entry -> entry.getLevel() + " " + entry.getMessage())
                .toList();
        assertThat(said).as("console of " + name).isEmpty();
    }

    /** Forgets what the console said, after a page that was meant to fail. */
    Screen forgetConsole() {
        driver.manage().logs().get(LogType.BROWSER);
        return this;
    }

    private void size(int width, int height) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    }

    private int number(String script) {
        return ((Number) driver.executeScript(script)).intValue();
    }

    private static void await(java.util.concurrent.Callable<Boolean> condition, String what) {
        Awaitility.await(what)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptions()
                .until(condition);
    }

    private static String resource(String name) {
        try (InputStream file = Screen.class.getResourceAsStream(name)) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
