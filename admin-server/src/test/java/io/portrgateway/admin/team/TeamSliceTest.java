package io.portrgateway.admin.team;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.flash;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.model;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.redirectedUrl;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.view;

import io.portrgateway.admin.web.Outcome;
import io.portrgateway.admin.web.Refusal;
import io.portrgateway.admin.web.Slice;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.test.web.servlet.MockMvc;

class TeamSliceTest {

    private static final TeamRow SHOP =
            new TeamRow(1, "Web Shop", "web-shop", Instant.EPOCH.atOffset(ZoneOffset.UTC), 1, 0, 0, 0);
    private static final Refusal TAKEN = Refusal.conflict("name", "taken");

    private final TeamDirectory directory = mock(TeamDirectory.class);
    private final Teams teams = mock(Teams.class);
    private final SecretKeys keys = mock(SecretKeys.class);
    private final MockMvc mvc = Slice.of(
            new TeamsController(directory, teams, Slice.addresses()), new SecretKeyController(keys, Slice.addresses()));

    @BeforeEach
    void thereIsATeam() {
        when(directory.bySlug("web-shop")).thenReturn(Optional.of(SHOP));
        when(directory.bySlug("none")).thenReturn(Optional.empty());
        when(teams.slugsOf(anyLong())).thenReturn(Set.of());
    }

    @Test
    void leadsToWhatWasMadeRenamedOrDeleted() throws Exception {
        TeamName renamed = new TeamName(1, "Shop", "web-shop");
        when(directory.create(any(), eq("Shop"), anyString())).thenReturn(Outcome.done(renamed));
        when(directory.rename(any(), eq("web-shop"), eq("Shop"), anyString())).thenReturn(Outcome.done(renamed));
        when(directory.delete(any(), eq("web-shop"), eq("web-shop"), anyString()))
                .thenReturn(Outcome.done(SHOP));

        mvc.perform(post("/instance/teams").param("name", "Shop"))
                .andExpect(redirectedUrl("/web-shop/members"))
                .andExpect(flash().attributeExists("notice"));
        mvc.perform(post("/instance/teams/web-shop/rename").param("name", "Shop"))
                .andExpect(redirectedUrl("/instance/teams/web-shop"));
        mvc.perform(post("/instance/teams/web-shop/delete").param("confirmation", "web-shop"))
                .andExpect(redirectedUrl("/instance/teams"));
    }

    @Test
    void showsTheFormAgainWithWhatWasWrong() throws Exception {
        when(directory.create(any(), anyString(), anyString())).thenReturn(Outcome.refused(TAKEN));
        when(directory.rename(any(), anyString(), anyString(), anyString())).thenReturn(Outcome.refused(TAKEN));
        when(directory.delete(any(), anyString(), anyString(), anyString()))
                .thenReturn(Outcome.refused(Refusal.invalid("confirmation", "type it")));

        mvc.perform(post("/instance/teams").param("name", "Shop"))
                .andExpect(status().isConflict())
                .andExpect(view().name("team/teams"))
                .andExpect(model().attribute("refusal", TAKEN))
                .andExpect(model().attribute("name", "Shop"));
        mvc.perform(post("/instance/teams/web-shop/rename"))
                .andExpect(status().isConflict())
                .andExpect(view().name("team/team"));
        mvc.perform(post("/instance/teams/web-shop/delete"))
                .andExpect(status().isBadRequest())
                .andExpect(model().attribute("name", "Web Shop"));
    }

    @Test
    void knowsNoTeamThatIsNotThere() throws Exception {
        mvc.perform(get("/instance/teams/none")).andExpect(status().isNotFound());
        mvc.perform(post("/instance/teams/none/delete")).andExpect(status().isNotFound());
        mvc.perform(get("/instance/teams/web-shop/rename")).andExpect(redirectedUrl("/instance/teams/web-shop"));
    }

    @Test
    void showsAKeyInTheAnswerAndNowhereElse() throws Exception {
        when(keys.reveal(eq(Slice.MEMBER), anyString())).thenReturn(Optional.of("portr_key"));
        when(keys.rotate(eq(Slice.MEMBER), eq(7L), anyString())).thenReturn(Outcome.done("portr_new"));

        mvc.perform(get("/web-shop/secret-key")).andExpect(model().attributeDoesNotExist("notice", "noticeBad"));
        mvc.perform(post("/web-shop/secret-key/show"))
                .andExpect(status().isOk())
                .andExpect(model().attribute("key", "portr_key"))
                .andExpect(flash().attributeCount(0));
        mvc.perform(post("/web-shop/secret-key/rotate"))
                .andExpect(model().attribute("key", "portr_new"))
                .andExpect(flash().attributeCount(0));
        mvc.perform(get("/web-shop/secret-key/rotate")).andExpect(redirectedUrl("/web-shop/secret-key"));
    }

    @Test
    void saysThatAKeyCannotBeRead() throws Exception {
        when(keys.reveal(any(), anyString())).thenReturn(Optional.empty());
        when(keys.rotate(any(), anyLong(), anyString())).thenReturn(Outcome.refused(Refusal.forbidden("no")));

        mvc.perform(post("/web-shop/secret-key/show")).andExpect(model().attribute("noticeBad", SecretKeys.UNREADABLE));
        mvc.perform(post("/web-shop/secret-key/rotate"))
                .andExpect(status().isForbidden())
                .andExpect(model().attribute("noticeBad", "no"));
    }
}
