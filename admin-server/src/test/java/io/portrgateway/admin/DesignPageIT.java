package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** The frame and the components, in a real browser. */
@Timeout(120)
class DesignPageIT {

    private static Gateway gateway;
    private static Screen screen;

    @BeforeAll
    static void start() {
        gateway = Gateway.start("PORTR_SIGN_IN_RATE_PER_ADDRESS", "0");
        screen = new Screen(gateway).signIn();
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @Test
    void showsEveryComponent() {
        screen.open("/design").check("design");
    }

    @Test
    void keepsTheChosenThemeWithoutAFlash() {
        screen.open("/design");
        screen.find(".person > summary").click();
        screen.find(".person [value=dark]").click();
        assertThat(screen.find("html").getDomAttribute("data-theme")).isEqualTo("dark");

        // from the server, before any script ran
        await().until(() -> fetched("/design").contains("data-theme=\"dark\""));
        screen.find(".person [value=system]").click();
        assertThat(screen.find("html").getDomAttribute("data-theme")).isNull();
    }

    @Test
    void opensAPopupAsADialogAndGivesTheFocusBack() {
        screen.open("/design");
        screen.click("Disconnect");
        assertThat(screen.find("dialog[open]").getText()).contains("Disconnect shop.example.com?");
        screen.check("design-dialog");

        screen.driver().switchTo().activeElement().sendKeys(Keys.ESCAPE);

        assertThat(screen.findAll("dialog[open]")).isEmpty();
        assertThat(screen.driver().switchTo().activeElement().getText()).isEqualTo("Disconnect");
    }

    @Test
    void opensTheMenuOnAPhone() {
        screen.open("/design").look("light", 360);
        screen.find(".topbar [aria-label=Menu]").click();
        screen.picture("design-menu-light-360");
        WebElement menu = screen.find(".topbar .full .menu-panel");
        assertThat(menu.getText()).contains("Overview").contains("Sign out");

        screen.driver().switchTo().activeElement().sendKeys(Keys.ESCAPE);

        assertThat(menu.isDisplayed()).isFalse();
        screen.look("light", 1280);
    }

    private static String fetched(String path) {
        return String.valueOf(screen.driver().executeAsyncScript("""
                const done = arguments[1];
                fetch(arguments[0]).then(answer => answer.text()).then(done)
                """, path));
    }
}
