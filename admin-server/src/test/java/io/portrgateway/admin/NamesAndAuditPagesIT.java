package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openqa.selenium.By;

/** Subdomains, client template and audit log in a real browser. */
@Timeout(180)
class NamesAndAuditPagesIT {

    private static Gateway gateway;
    private static Screen screen;

    @BeforeAll
    static void start() {
        gateway = Gateway.start("PORTR_SIGN_IN_RATE_PER_ADDRESS", "0");
        screen = new Screen(gateway).signIn();
        new Members(gateway).add("ben@example.com", "default-team", "member");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @Test
    void reservesANameAndGivesItUpAfterAsking() {
        screen.open("/default-team/subdomains").check("subdomains-empty");

        screen.type("#subdomain", "Shop").click("Reserve").waitFor("shop.localhost:8001 is yours now");
        gateway.sql().sql("""
                        insert into reserved_subdomain (subdomain, membership_id)
                        select 'hooks', m.id from membership m join app_user u on u.id = m.user_id
                        where u.email = 'ben@example.com'
                        """).update();
        screen.open("/default-team/subdomains").check("subdomains");
        screen.type("#subdomain", "hooks")
                .click("Reserve")
                .waitFor("reserved by another member")
                .forgetConsole();
        screen.check("subdomains-taken");

        screen.click("Release shop").waitFor("Anybody may take the name");
        screen.check("subdomains-release");
        screen.driver()
                .findElement(By.cssSelector("dialog[open] .button.danger"))
                .click();
        screen.waitFor("shop is free again");
    }

    @Test
    void editsTheTemplateUntilItIsRight() {
        screen.open("/default-team/client-template").check("client-template-empty");

        screen.type("#template", "tunnels:\n  - name: web\n    port: 300000\n").click("Save template");
        screen.waitFor("Line 3: port").forgetConsole().check("client-template-problem");
        screen.type(
                        "#template",
                        "tunnels:\n  - name: web\n    subdomain: shop\n    port: 3000\ngroups:\n  all: [web]\n")
                .click("Save template")
                .waitFor("Saved. Members get it");
        screen.check("client-template");

        screen.signIn("ben@example.com");
        screen.open("/default-team/client-template").waitFor("subdomain: shop").check("client-template-read-only");
        assertThat(screen.text()).as("what the navigation offers a member").doesNotContain("Audit log");
        screen.signIn();
    }

    @Test
    void findsAnEventByFiltering() {
        gateway.sql().sql("""
                        insert into audit_event (occurred_at, actor_label, action, team_id, subject, detail, address)
                        select now() - make_interval(mins => i * 7),
                               case when i % 4 = 0 then 'ben@example.com' else 'admin@localhost' end,
                               case i % 5 when 0 then 'member.added' when 1 then 'user.signed_in'
                                   when 2 then 'subdomain.reserved' when 3 then 'secret_key.rotated'
                                   else 'client_template.saved' end,
                               (select id from team), case i % 5 when 0 then 'carla@example.com' when 2 then 'shop' else '' end,
                               case i % 5 when 0 then '{"role": "member"}' when 1 then '{"with": "one-time link"}'
                                   else '{}' end::jsonb,
                               '203.0.113.' || i % 20
                        from generate_series(1, 70) i
                        """).update();
        screen.open("/default-team/audit").check("audit");
        screen.click("Older").waitFor("Newer");

        screen.open("/default-team/audit").type("[name=q]", "carla").click("Apply");
        screen.waitFor("Clear");
        assertThat(screen.findAll("tbody tr")).hasSize(14);
        assertThat(screen.text()).contains("Added a member carla@example.com").doesNotContain("one-time link");
        screen.check("audit-filtered");

        screen.open("/default-team/audit?q=nobody-at-all")
                .waitFor("Nothing matches")
                .check("audit-nothing");
        screen.open("/instance/audit").check("instance-audit");
    }

    @Test
    void showsTheSettingsInEffectWithoutTheirSecrets() {
        screen.open("/instance/settings").check("instance-settings");

        assertThat(screen.text())
                .contains("PORTR_ADMIN_ENCRYPTION_KEY")
                .contains("(secret)")
                .contains("postgresql://portr_admin:…@127.0.0.1")
                .doesNotContain(":test@")
                .doesNotContain("AAAAAAAA");
    }
}
