package io.portrgateway.admin.clientconfig;

import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.flash;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.model;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.redirectedUrl;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import io.portrgateway.admin.web.Slice;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.test.web.servlet.MockMvc;

class TemplateSliceTest {

    private static final ClientTemplates.Template THEIRS = new ClientTemplates.Template("tunnels: []\n", Instant.EPOCH);

    private final ClientTemplates templates = mock(ClientTemplates.class);
    private final MockMvc mvc = Slice.of(new TemplateController(templates, Slice.addresses()));

    @BeforeEach
    void thereIsATemplate() {
        when(templates.of(1)).thenReturn(THEIRS);
    }

    private void saving(ClientTemplates.Saved saved) {
        when(templates.save(eq(Slice.MEMBER), anyString(), anyString(), anyString()))
                .thenReturn(saved);
    }

    @Test
    void goesBackAfterSaving() throws Exception {
        saving(new ClientTemplates.Saved.Stored(THEIRS, new TemplateRules.Verdict(List.of(), List.of())));

        mvc.perform(post("/web-shop/client-template").param("template", "tunnels: []"))
                .andExpect(redirectedUrl("/web-shop/client-template"))
                .andExpect(flash().attribute("notice", "Saved. Members get it with portr config pull."));
    }

    @Test
    void showsEachProblemBesideItsLineAndKeepsTheText() throws Exception {
        saving(new ClientTemplates.Saved.Broken(
                new TemplateRules.Verdict(List.of(new TemplateProblem(2, "port: no number")), List.of())));

        mvc.perform(post("/web-shop/client-template").param("template", "tunnels:\n  port: x"))
                .andExpect(status().isUnprocessableContent())
                .andExpect(model().attribute("text", "tunnels:\n  port: x"))
                .andExpect(model().attribute(
                                "problems",
                                List.of(new TemplateController.ProblemView(2, "port: no number", "port: x"))));
    }

    @Test
    void overwritesNobody() throws Exception {
        saving(new ClientTemplates.Saved.Overtaken(THEIRS));

        mvc.perform(post("/web-shop/client-template")
                        .param("template", "tunnels: []")
                        .param("version", "1"))
                .andExpect(status().isConflict())
                .andExpect(model().attribute("theirs", "tunnels: []\n"))
                .andExpect(model().attribute("version", THEIRS.version()));
    }
}
