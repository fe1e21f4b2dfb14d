package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openqa.selenium.By;

/** Teams, members, keys and SSH keys in a real browser. */
@Timeout(180)
class MembersPageIT {

    private static final String ED25519 =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g ann@laptop";

    private static Gateway gateway;
    private static Screen screen;

    @BeforeAll
    static void start() {
        gateway = Gateway.start("PORTR_SIGN_IN_RATE_PER_ADDRESS", "0");
        Members members = new Members(gateway);
        members.add("ben@example.com", "default-team", "member");
        members.add("clara.longlastname@subsidiary.example.com", "default-team", "admin");
        long dora = members.id(members.add("dora@example.com", "default-team", "member"));
        gateway.sql()
                .sql("update app_user set first_name = 'Ben', last_name = 'Okafor' where email like 'ben%'")
                .update();
        gateway.sql()
                .sql("insert into reserved_subdomain (subdomain, membership_id) values ('shop', :id)")
                .param("id", dora)
                .update();
        gateway.sql().sql("""
                        insert into connection (id, type, subdomain, status, membership_id, team_id, started_at)
                        select '01ARZ3NDEKTSV4RRFFQ69G5FAV', 'http', 'shop', 'active', id, team_id, now()
                        from membership where id = :id
                        """).param("id", dora).update();
        gateway.sql()
                .sql("insert into team (name, slug) values ('Payments & Billing', 'payments-billing')")
                .update();
        screen = new Screen(gateway).signIn();
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static long id(String email) {
        return gateway.sql()
                .sql("select m.id from membership m join app_user u on u.id = m.user_id where u.email = :email")
                .param("email", email)
                .query(Long.class)
                .single();
    }

    @Test
    void invitesBesideTheFieldErrorsAndRevokes() {
        screen.open("/default-team/members").picture("members-light-1280");
        screen.click("Invite");
        screen.picture("members-invite-dialog-light-1280");
        screen.find("dialog [name=email]").sendKeys("nobody");
        screen.find("dialog .primary").click();
        screen.waitFor("Enter an e-mail address");
        screen.forgetConsole().check("members-invite-error");
        screen.type("#page-email", "new@example.com");
        screen.find("form.form .primary").click();
        screen.waitFor("Hand this link over");
        screen.check("members-invited");
        assertThat(screen.find("#invite-link").getText()).contains("/account/join?token=");
        screen.click("Done");
        screen.waitFor("Open invitations").check("members-pending");
        screen.click("Revoke the invitation of new@example.com");
        screen.find("dialog .danger.primary").click();
        screen.waitFor("its link no longer works");
    }

    @Test
    void letsSomebodyNewInThroughALinkInAnotherBrowser() {
        screen.open("/default-team/members/invite");
        screen.type("#page-email", "eve@example.com");
        screen.find("form.form .primary").click();
        screen.waitFor("Hand this link over");
        URI link = URI.create(screen.find("#invite-link").getText());

        screen.driver().manage().deleteAllCookies();
        screen.open(link.getPath() + "?" + link.getQuery()).waitFor("Join Default Team");
        screen.check("join");
        screen.type("#password", "correct horse battery").click("Join team");
        screen.waitFor("Open your first tunnel");
        assertThat(screen.path()).isEqualTo("/default-team/overview");

        screen.open(link.getPath() + "?" + link.getQuery()).waitFor("no longer good");
        screen.forgetConsole().picture("join-used-light-1280");
        screen.signIn();
    }

    @Test
    void managesAMember() {
        screen.open("/default-team/members/" + id("dora@example.com")).check("member");
        screen.find("[name=role][value=admin]").click();
        screen.click("Save role").waitFor("is an admin of this team now");
        screen.click("Replace key");
        assertThat(screen.find("dialog").getText()).contains("1 live tunnel is cut at once");
        screen.find("dialog .danger.primary").click();
        screen.waitFor("is replaced");
        screen.click("Remove member");
        assertThat(screen.find("dialog").getText())
                .contains("1 live tunnel is cut")
                .contains("shop")
                .contains("the account is deleted");
        screen.check("member-remove-dialog");
        screen.find("dialog .danger.primary").click();
        screen.waitFor("is removed from Default Team");
        assertThat(screen.driver().findElement(By.tagName("table")).getText()).doesNotContain("dora@example.com");
    }

    @Test
    void showsAndReplacesOnesOwnKey() {
        screen.open("/default-team/secret-key").picture("secret-key-light-1280");
        screen.click("Show key").waitFor("portr auth set");
        screen.check("secret-key-shown");
        String before = screen.find("#secret-key-value").getText();
        screen.click("Replace key");
        screen.picture("secret-key-dialog-light-1280");
        screen.find("dialog .danger.primary").click();
        screen.waitFor("This is your new key");
        assertThat(screen.find("#secret-key-value").getText())
                .startsWith("portr_")
                .isNotEqualTo(before);

        // a reload asks for the page: it does not send the form again, which would replace the key once more
        String version = version();
        screen.driver().navigate().refresh();
        screen.waitFor("Show key");
        assertThat(screen.path()).isEqualTo("/default-team/secret-key");
        assertThat(version()).isEqualTo(version);
    }

    private static String version() {
        return gateway.sql()
                .sql("select string_agg(key_version::text, ',' order by id) from membership")
                .query(String.class)
                .single();
    }

    @Test
    void makesRenamesAndDeletesATeam() {
        screen.open("/instance/teams").check("teams");
        screen.click("New team");
        screen.type("#team-name", "Design");
        screen.find("dialog .button.primary").click();
        screen.waitFor("belongs to the dashboard itself");
        screen.forgetConsole().picture("teams-new-error-light-1280");
        screen.type("#team-name", "Brand Design");
        screen.find("dialog .button.primary").click();
        screen.waitFor("Invite its first members").picture("members-empty-light-1280");
        screen.open("/instance/teams/brand-design").check("team");
        screen.type("#name", "Brand").click("Rename").waitFor("is called Brand now");
        screen.click("Delete team");
        screen.type("#confirmation", "brand-design");
        screen.picture("team-delete-dialog-light-1280");
        screen.click("Delete for good").waitFor("Team Brand is deleted");
    }

    @Test
    void addsAndRemovesAnSshKey() {
        screen.open("/account/ssh-keys").picture("ssh-keys-empty-light-1280");
        screen.type("#line", ED25519).click("Add key").waitFor("SSH key ann@laptop added");
        screen.check("ssh-keys");
        screen.click("Remove key ann@laptop");
        screen.picture("ssh-keys-dialog-light-1280");
        screen.find("dialog .danger.primary").click();
        screen.waitFor("SSH key removed");
    }
}
