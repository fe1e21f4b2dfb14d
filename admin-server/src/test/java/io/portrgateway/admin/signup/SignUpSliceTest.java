package io.portrgateway.admin.signup;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.flash;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.model;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.redirectedUrl;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import io.portrgateway.admin.team.Role;
import io.portrgateway.admin.web.Outcome;
import io.portrgateway.admin.web.Refusal;
import io.portrgateway.admin.web.Slice;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mockito.ArgumentCaptor;
import org.springframework.test.web.servlet.MockMvc;

class SignUpSliceTest {

    private static final SignUpRules.Current EMPTY = new SignUpRules.Current(false, List.of(), List.of());

    private final SignUpRules rules = mock(SignUpRules.class);
    private final MockMvc mvc = Slice.of(new SignUpController(rules, Slice.addresses()));

    @BeforeEach
    void thereAreNoRules() {
        when(rules.current()).thenReturn(EMPTY);
        when(rules.teams()).thenReturn(List.of());
    }

    @Test
    void addsARuleFromItsForm() throws Exception {
        when(rules.replace(any(), any(), anyString())).thenReturn(Outcome.done(EMPTY));

        mvc.perform(post("/instance/sign-up/rules")
                        .param("kind", "domain")
                        .param("domain", "example.com")
                        .param("teamId", "4")
                        .param("role", "admin")
                        .param("unknown", "x"))
                .andExpect(redirectedUrl("/instance/sign-up"))
                .andExpect(flash().attribute("notice", "Rule added."));

        ArgumentCaptor<SignUpRules.Wish> wish = ArgumentCaptor.captor();
        verify(rules).replace(wish.capture(), any(), anyString());
        org.assertj.core.api.Assertions.assertThat(wish.getValue().domains())
                .containsExactly(new SignUpRules.Wish.Domain("example.com", 4, Role.ADMIN));
    }

    @Test
    void showsTheFormAgainWithWhatWasWrong() throws Exception {
        Refusal refusal = Refusal.invalid("domain", "Type a domain.");
        when(rules.replace(any(), any(), anyString())).thenReturn(Outcome.refused(refusal));

        mvc.perform(post("/instance/sign-up/rules").param("kind", "domain").param("teamId", "9".repeat(60)))
                .andExpect(status().isBadRequest())
                .andExpect(model().attribute("problem", refusal));
        mvc.perform(post("/instance/sign-up/switch").param("on", "true"))
                .andExpect(redirectedUrl("/instance/sign-up"))
                .andExpect(flash().attribute("noticeBad", "Type a domain."));
    }

    @Test
    void answersWhatMakesNoSense() throws Exception {
        mvc.perform(post("/instance/sign-up/switch").param("on", "perhaps")).andExpect(status().isBadRequest());
        mvc.perform(post("/instance/sign-up/rules/remove").param("id", "x")).andExpect(status().isBadRequest());
        mvc.perform(post("/instance/sign-up/rules/remove").param("id", "5"))
                .andExpect(flash().attribute("noticeBad", "This rule had been removed before."));
        verify(rules, never()).replace(any(), any(), anyString());
    }
}
