package io.portrgateway.admin.member;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.flash;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.model;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.redirectedUrl;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.view;

import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.team.Role;
import io.portrgateway.admin.team.SecretKeys;
import io.portrgateway.admin.team.Teams;
import io.portrgateway.admin.web.Outcome;
import io.portrgateway.admin.web.Refusal;
import io.portrgateway.admin.web.Slice;
import java.util.List;
import java.util.Optional;
import org.hamcrest.Matchers;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.test.web.servlet.MockMvc;

class MemberSliceTest {

    private static final Member BEN =
            new Member(9, 4, "ben@example.com", false, 1, "Web Shop", "web-shop", Role.MEMBER);
    private static final String PAGE = "/web-shop/members/9";

    private final Teams teams = mock(Teams.class);
    private final MemberChanges changes = mock(MemberChanges.class);
    private final SecretKeys keys = mock(SecretKeys.class);
    private final Roster roster = mock(Roster.class);
    private final Invitations invitations = mock(Invitations.class);
    private final InviteLinks links = mock(InviteLinks.class);
    private final MockMvc mvc = Slice.of(
            new MemberController(teams, changes, keys, Slice.addresses()),
            new MembersController(roster, invitations, links, Slice.addresses()));

    @BeforeEach
    void benIsAMember() {
        when(teams.byId(9, 1)).thenReturn(Optional.of(BEN));
        when(changes.loss(any())).thenReturn(new MemberChanges.Loss(0, List.of(), false));
        when(links.pending(1)).thenReturn(List.of());
    }

    @Test
    void tellsWhatWasChanged() throws Exception {
        when(changes.changeRole(eq(Slice.MEMBER), eq(9L), eq(Role.ADMIN), anyString()))
                .thenReturn(Outcome.done(BEN));
        when(keys.rotate(eq(Slice.MEMBER), eq(9L), anyString())).thenReturn(Outcome.done("portr_new"));
        when(changes.remove(eq(Slice.MEMBER), eq(9L), anyString()))
                .thenReturn(Outcome.done(new MemberChanges.Loss(0, List.of(), false)));

        mvc.perform(post(PAGE + "/role").param("role", "admin"))
                .andExpect(redirectedUrl(PAGE))
                .andExpect(flash().attribute("notice", "ben@example.com is an admin of this team now."));
        mvc.perform(post(PAGE + "/rotate-key"))
                .andExpect(redirectedUrl(PAGE))
                .andExpect(flash().attribute("notice", Matchers.not(Matchers.containsString("portr_new"))));
        mvc.perform(post(PAGE + "/remove")).andExpect(redirectedUrl("/web-shop/members"));
    }

    @Test
    void showsAPasswordOnceAndInNoSession() throws Exception {
        when(changes.resetPassword(eq(Slice.MEMBER), eq(9L), anyString())).thenReturn(Outcome.done("given"));

        mvc.perform(post(PAGE + "/reset-password"))
                .andExpect(status().isOk())
                .andExpect(model().attribute("password", "given"))
                .andExpect(flash().attributeCount(0));
    }

    @ParameterizedTest
    @CsvSource({"/role, 409", "/superuser, 403", "/rotate-key, 404", "/reset-password, 409", "/remove, 409"})
    void showsARefusalWithItsStatus(String action, int status) throws Exception {
        Refusal refusal = new Refusal(org.springframework.http.HttpStatus.valueOf(status), "", "not so");
        when(changes.changeRole(any(), anyLong(), any(), anyString())).thenReturn(Outcome.refused(refusal));
        when(changes.setSuperuser(any(), anyLong(), eq(true), anyString())).thenReturn(Outcome.refused(refusal));
        when(keys.rotate(any(), anyLong(), anyString())).thenReturn(Outcome.refused(refusal));
        when(changes.resetPassword(any(), anyLong(), anyString())).thenReturn(Outcome.refused(refusal));
        when(changes.remove(any(), anyLong(), anyString())).thenReturn(Outcome.refused(refusal));

        mvc.perform(post(PAGE + action).param("role", "member").param("superuser", "true"))
                .andExpect(status().is(status))
                .andExpect(view().name("member/member"))
                .andExpect(model().attribute("noticeBad", "not so"))
                .andExpect(model().attribute("target", BEN));
    }

    @Test
    void answersWhatMakesNoSense() throws Exception {
        mvc.perform(post(PAGE + "/role").param("role", "owner")).andExpect(status().isBadRequest());
        mvc.perform(post(PAGE + "/superuser").param("superuser", "perhaps")).andExpect(status().isBadRequest());
        mvc.perform(get("/web-shop/members/10")).andExpect(status().isNotFound());
        mvc.perform(get("/web-shop/members/99999999999999999999")).andExpect(status().isNotFound());
        mvc.perform(get(PAGE + "/role")).andExpect(redirectedUrl(PAGE));
    }

    @ParameterizedTest
    @CsvSource({"not an address, member, email", "ben@example.com, owner, role", "'', '', email"})
    void namesTheFieldOfAnInvitation(String email, String role, String field) throws Exception {
        mvc.perform(post("/web-shop/members/invite").param("email", email).param("role", role))
                .andExpect(status().isBadRequest())
                .andExpect(view().name("member/invite"))
                .andExpect(model().attribute(
                                "refusal", Matchers.hasToString(Matchers.containsString("field=" + field + ","))));

        verify(invitations, never()).invite(any());
    }

    @Test
    void boundsASearchAndAPageNumber() throws Exception {
        when(roster.count(eq(1L), anyString())).thenReturn(3);

        mvc.perform(get("/web-shop/members").param("q", "x".repeat(5_000)).param("page", "-7"))
                .andExpect(status().isOk())
                .andExpect(model().attribute("search", "x".repeat(100)));
        mvc.perform(get("/web-shop/members").param("page", "99999999999999")).andExpect(status().isOk());
    }
}
