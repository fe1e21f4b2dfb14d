package io.portrgateway.admin.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyBoolean;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.ArgumentMatchers.isNull;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.put;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.flash;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.model;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.redirectedUrl;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.view;

import io.portrgateway.admin.web.Outcome;
import io.portrgateway.admin.web.Refusal;
import io.portrgateway.admin.web.Slice;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mockito.ArgumentCaptor;
import org.springframework.test.web.servlet.MockMvc;

class RecordingSliceTest {

    private final Recordings recordings = mock(Recordings.class);
    private final MockMvc mvc = Slice.of(
            new RecordingController(recordings, Slice.addresses()),
            new RecordingApiController(recordings, Slice.addresses()));

    @BeforeEach
    void nothingIsSet() {
        when(recordings.ofTeam(1)).thenReturn(TeamRecording.AS_THE_GATEWAY);
        when(recordings.use(1)).thenReturn(new RecordingUse(List.of()));
        when(recordings.own(Slice.MEMBER)).thenReturn(List.of());
        when(recordings.others(Slice.MEMBER)).thenReturn(List.of());
        when(recordings.one(any(), anyString())).thenReturn(Optional.empty());
    }

    @Test
    void bindsTheFormAndGoesBackWithANotice() throws Exception {
        when(recordings.save(any(), any(), anyString())).then(call -> Outcome.done(call.getArgument(1)));

        mvc.perform(post("/web-shop/recording")
                        .param("mode", "metadata")
                        .param("redact_headers", " X-Session \r\n\r\nX-Session\r\nX-Other,")
                        .param("redact_json", "$..pin")
                        .param("encrypted", "true")
                        .param("max_mib", " 500 ")
                        .param("unknown", "x"))
                .andExpect(redirectedUrl("/web-shop/recording"))
                .andExpect(flash().attributeExists("notice"));

        ArgumentCaptor<TeamRecording> saved = ArgumentCaptor.captor();
        verify(recordings).save(eq(Slice.MEMBER), saved.capture(), eq("127.0.0.1"));
        assertThat(saved.getValue())
                .isEqualTo(new TeamRecording(
                        RecordingMode.METADATA,
                        List.of("X-Session", "X-Other"),
                        List.of(),
                        List.of("$..pin"),
                        true,
                        500L * 1024 * 1024,
                        false));
    }

    @ParameterizedTest
    @CsvSource({
        "mode, mode, everything",
        "redact_headers, redact_headers, no header",
        "redact_parameters, redact_parameters, a=b",
        "redact_json, redact_json, card",
        "max_mib, max_bytes, much",
        "max_mib, max_bytes, 999999999",
        "max_mib, max_bytes, 0",
        "max_mib, max_bytes, 9999999999999999999999"
    })
    void answers400AndNamesTheField(String parameter, String field, String value) throws Exception {
        mvc.perform(post("/web-shop/recording").param(parameter, value))
                .andExpect(status().isBadRequest())
                .andExpect(view().name("recording/recording"))
                .andExpect(model().attribute("problemField", field));

        verify(recordings, never()).save(any(), any(), anyString());
    }

    @Test
    void boundsHowMuchIsListed() throws Exception {
        mvc.perform(post("/web-shop/recording").param("redact_parameters", numbered(51)))
                .andExpect(status().isBadRequest())
                .andExpect(model().attribute("problemField", "redact_parameters"));
        mvc.perform(post("/web-shop/recording").param("redact_headers", "x".repeat(101)))
                .andExpect(status().isBadRequest())
                .andExpect(model().attribute("problemField", "redact_headers"));
    }

    private static String numbered(int count) {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < count; i++) {
            lines.append('p').append(i).append('\n');
        }
        return lines.toString();
    }

    @Test
    void savesANameOrSaysWhyNot() throws Exception {
        when(recordings.save(eq(Slice.MEMBER), eq("shop"), isNull(), eq(true), anyString()))
                .thenReturn(Outcome.done(new TunnelRecording(7, "ann@example.com", "shop", null, true, true)));
        when(recordings.save(eq(Slice.MEMBER), eq("?"), any(), anyBoolean(), anyString()))
                .thenReturn(Outcome.refused(Refusal.invalid("subdomain", "A name is …")));

        mvc.perform(post("/web-shop/recording/tunnels")
                        .param("subdomain", "shop")
                        .param("private", "true"))
                .andExpect(redirectedUrl("/web-shop/recording"));
        mvc.perform(post("/web-shop/recording/tunnels").param("subdomain", "?").param("mode", "off"))
                .andExpect(status().isBadRequest())
                .andExpect(model().attribute("nameProblem", "A name is …"));
        mvc.perform(post("/web-shop/recording/tunnels")
                        .param("subdomain", "shop")
                        .param("mode", "x"))
                .andExpect(status().isBadRequest());
        mvc.perform(get("/web-shop/recording/tunnels")).andExpect(redirectedUrl("/web-shop/recording"));
    }

    @Test
    void namesTheFieldInTheApiToo() throws Exception {
        when(recordings.save(any(), any(), anyString()))
                .thenReturn(Outcome.refused(Refusal.invalid("redact_json", "“x” is not a path.")));

        mvc.perform(put("/api/v1/recording").content("{\"redact_json\":[\"x\"]}"))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.message").value("redact_json: “x” is not a path."));
        mvc.perform(put("/api/v1/recording").content("[]")).andExpect(status().isBadRequest());
        mvc.perform(put("/api/v1/recording").content("{\"x\":\"" + "x".repeat(70_000) + "\"}"))
                .andExpect(status().isContentTooLarge());
    }
}
