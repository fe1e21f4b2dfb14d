package io.portrgateway.admin.profile;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.flash;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.model;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.redirectedUrl;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import io.portrgateway.admin.account.ApiTokens;
import io.portrgateway.admin.account.GitHubLinks;
import io.portrgateway.admin.account.PasswordSignIn;
import io.portrgateway.admin.account.Profiles;
import io.portrgateway.admin.web.Slice;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.test.web.servlet.MockMvc;

class ProfileSliceTest {

    private final Profiles profiles = mock(Profiles.class);
    private final PasswordSignIn passwords = mock(PasswordSignIn.class);
    private final GitHubLinks links = mock(GitHubLinks.class);
    private final ApiTokens tokens = mock(ApiTokens.class);
    private final MockMvc mvc = Slice.of(
            new AccountController(profiles, passwords, links),
            new TokensController(tokens, Slice.addresses(), Slice.settings()));

    @BeforeEach
    void passwordsAreAllowed() {
        when(passwords.isAllowed()).thenReturn(true);
        when(links.of(anyLong())).thenReturn(Optional.empty());
        when(tokens.of(anyLong())).thenReturn(List.of());
    }

    @Test
    void savesANameOfBoundedLength() throws Exception {
        mvc.perform(post("/account").param("first_name", "Ann").param("admin", "true"))
                .andExpect(redirectedUrl("/account"))
                .andExpect(flash().attribute("notice", "Your name is saved."));
        verify(profiles).rename(eq(Slice.ACCOUNT), eq("Ann"), eq(""), any());

        mvc.perform(post("/account").param("last_name", "x".repeat(5_000)))
                .andExpect(status().isBadRequest())
                .andExpect(model().attributeExists("nameProblem"));
    }

    @Test
    void saysWhichFieldOfAPasswordIsWrong() throws Exception {
        when(profiles.changePassword(any(), eq("wrong"), anyString(), any()))
                .thenReturn(new Profiles.PasswordChange.WrongCurrent());
        when(profiles.changePassword(any(), eq("known"), eq("short"), any()))
                .thenReturn(new Profiles.PasswordChange.Unfit("Use at least 8 characters."));
        when(profiles.changePassword(any(), eq("often"), anyString(), any()))
                .thenReturn(new Profiles.PasswordChange.Limited(Duration.ofSeconds(90)));

        change("wrong", "a new one", "a new one")
                .andExpect(status().isBadRequest())
                .andExpect(problem("currentProblem"));
        change("known", "short", "short").andExpect(status().isBadRequest()).andExpect(problem("passwordProblem"));
        change("known", "a new one", "another")
                .andExpect(status().isBadRequest())
                .andExpect(problem("repeatedProblem"));
        change("often", "a new one", "a new one")
                .andExpect(status().isTooManyRequests())
                .andExpect(model().attribute("currentProblem", "Wrong too often. Try again in 2 minutes."));
    }

    @Test
    void takesNoPasswordWhereTheyAreSwitchedOff() throws Exception {
        when(passwords.isAllowed()).thenReturn(false);

        change("", "a new one", "a new one")
                .andExpect(redirectedUrl("/account"))
                .andExpect(flash().attributeExists("noticeBad"));
        verify(profiles, never()).changePassword(any(), anyString(), anyString(), any());
    }

    @ParameterizedTest
    @CsvSource({
        "'', read, 90, name",
        "ci, everything, 90, scopes",
        "ci, '', 90, scopes",
        "ci, read, 100000, days",
        "ci, read, -1, days"
    })
    void namesTheFieldOfAToken(String name, String scopes, String days, String field) throws Exception {
        mvc.perform(post("/account/tokens")
                        .param("name", name)
                        .param("scopes", scopes)
                        .param("days", days))
                .andExpect(status().isBadRequest())
                .andExpect(model().attribute("problemField", field));
        verify(tokens, never()).make(any(), any(), anyString());
    }

    @Test
    void answersNumbersThatAreNone() throws Exception {
        mvc.perform(post("/account/tokens").param("name", "ci").param("days", "soon"))
                .andExpect(status().isBadRequest());
        mvc.perform(post("/account/tokens/abc/revoke")).andExpect(status().isBadRequest());
    }

    private org.springframework.test.web.servlet.ResultActions change(String current, String password, String repeated)
            throws Exception {
        return mvc.perform(post("/account/password")
                .param("current", current)
                .param("password", password)
                .param("repeated", repeated));
    }

    private static org.springframework.test.web.servlet.ResultMatcher problem(String name) {
        return model().attributeExists(name);
    }
}
