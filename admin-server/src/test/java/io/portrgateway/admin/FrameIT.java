package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.admin.Gateway.Answer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What surrounds the pages: errors, the page without a team, assets. */
@Timeout(120)
class FrameIT {

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
    void saysThatThereIsNoSuchPage() {
        screen.open("/default-team/nothing").forgetConsole();

        assertThat(screen.text()).contains("404").contains("There is no such page");
        screen.check("error-404");
    }

    @Test
    void comesBackByItselfWhenTheDatabaseDoes() {
        screen.open("/default-team/overview");
        gateway.database.cutOff();
        try {
            screen.open("/default-team/overview").waitFor("database is not reachable");
            screen.forgetConsole().picture("error-503-light-1280");
            screen.assertAccessible("error-503");
        } finally {
            gateway.database.letIn();
        }

        screen.waitFor("Active tunnels");
        screen.forgetConsole();
    }

    @Test
    void saysWhatToDoWithoutATeam() {
        gateway.sql()
                .sql("insert into app_user (email) values ('alone@example.com')")
                .update();
        screen.signIn("alone@example.com");

        assertThat(screen.text()).contains("You are in no team yet").contains("alone@example.com");
        screen.check("no-team").signIn();
    }

    @Test
    void worksWithoutAScript() {
        // what a page needs to be used: links, forms and details, nothing that only a script can open
        Answer page;
        try (Browser browser = new Browser(gateway)) {
            page = browser.signIn(gateway.bean(io.portrgateway.admin.team.FirstAdministrator.class)
                    .entry(java.util.Optional.empty())
                    .orElseThrow()
                    .signInUrl());
            Answer dark = browser.submit(page, "/account/theme", "theme", "dark", "back", "/default-team/overview");
            assertThat(dark.body()).contains("data-theme=\"dark\"");
            assertThat(browser.submit(dark, "/account/theme", "theme", "system", "back", "//evil.example")
                            .body())
                    .doesNotContain("data-theme");
        }
        assertThat(page.body()).doesNotContainPattern("\\son[a-z]+=\"").doesNotContainPattern("\\sstyle=\"");
    }

    @Test
    void servesAssetsCompressedForAYearUnderTheHashOfTheirContent() {
        Matcher css = Pattern.compile("href=\"(/assets/app-[0-9a-f]{32}\\.css)\"")
                .matcher(gateway.get("/sign-in").body());
        assertThat(css.find()).isTrue();

        Answer answer = gateway.get(css.group(1), "Accept-Encoding", "gzip");

        assertThat(answer.header("Content-Encoding")).contains("gzip");
        assertThat(answer.header("Cache-Control").orElseThrow()).contains("max-age=31536000");
    }

    @Test
    void servesTheLibrariesFromHere() {
        screen.open("/default-team/overview");

        assertThat(screen.driver().executeScript("return htmx.version + ' ' + htmx.config.allowEval"))
                .asString()
                .matches("2\\.\\d+\\.\\d+ false");
        assertThat(screen.find("script[src*='htmx.min']").getDomAttribute("src"))
                .matches("/assets/lib/htmx\\.org/[0-9.]+/dist/htmx\\.min-[0-9a-f]{32}\\.js");
    }
}
