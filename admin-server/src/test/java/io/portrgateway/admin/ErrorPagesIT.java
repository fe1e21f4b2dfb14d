package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.ResponseBody;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** The pages for what goes wrong, in a browser: what they say, how they look, and that they are accessible. */
@Timeout(120)
class ErrorPagesIT {

    private static Gateway gateway;
    private static Screen screen;

    /** A page with a bug. */
    static final class Bug {

        @ResponseBody
        public String page() {
            throw new IllegalStateException("a secret of the server");
        }
    }

    @BeforeAll
    static void start() throws NoSuchMethodException {
        gateway = Gateway.start("PORTR_SIGN_IN_RATE_PER_ADDRESS", "0");
        RequestMappingHandlerMapping routes =
                gateway.context.getBean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class);
        routes.registerMapping(
                RequestMappingInfo.paths("/account/bug")
                        .methods(RequestMethod.GET)
                        .options(routes.getBuilderConfiguration())
                        .build(),
                new Bug(),
                Bug.class.getMethod("page"));
        new Members(gateway).add("ann@example.com", "default-team", "member");
        screen = new Screen(gateway).signIn("ann@example.com");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @Test
    void saysThatARequestMakesNoSense() {
        // the firewall refuses it, before any controller
        screen.open("/default-team/overview;x=1").waitFor("Error 400").forgetConsole();

        assertThat(screen.text()).contains("could not be understood");
        screen.check("error-400");
    }

    @Test
    void saysThatAPageIsForOthers() {
        screen.open("/instance/teams").waitFor("Error 403").forgetConsole();

        assertThat(screen.text()).contains("for people with other rights").doesNotContain("go back, reload");
        screen.check("error-403");
    }

    @Test
    void saysWhatToDoWithAFormThatIsTooOld() {
        screen.open("/account");
        screen.driver()
                .executeScript(
                        "for (const field of document.querySelectorAll('input[name=_csrf]')) field.value = 'old';");
        screen.click("Save name").waitFor("Error 403").forgetConsole();

        assertThat(screen.text()).contains("go back, reload it and try again");
    }

    @Test
    void saysThatATeamIsNotThere() {
        screen.open("/another-team/overview").waitFor("Error 404").forgetConsole();

        assertThat(screen.text()).contains("There is no such page").contains("a team that you are not in");
        screen.check("error-404-team");
    }

    @Test
    void saysThatItIsOurFaultAndNothingMore() {
        screen.open("/account/bug").waitFor("Error 500").forgetConsole();

        assertThat(screen.text())
                .contains("Something went wrong on our side")
                .doesNotContain("Exception")
                .doesNotContain("secret of the server");
        screen.check("error-500");
        screen.click("Go to the overview").waitFor("Overview");
    }
}
