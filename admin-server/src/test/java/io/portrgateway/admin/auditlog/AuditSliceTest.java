package io.portrgateway.admin.auditlog;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.header;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.view;

import io.portrgateway.admin.audit.AuditTrail;
import io.portrgateway.admin.web.Slice;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.test.web.servlet.MockMvc;

class AuditSliceTest {

    private final AuditEvents events = mock(AuditEvents.class);
    private final AuditTrail trail = mock(AuditTrail.class);
    private final AuditDownloads downloads = new AuditDownloads(
            events, trail, Slice.addresses(), InstantSource.fixed(Instant.parse("2026-03-31T23:59:00Z")));
    private final MockMvc mvc =
            Slice.of(new AuditController(events), new AuditApiController(events), new AuditExportController(downloads));

    @BeforeEach
    void nothingHappened() {
        when(events.page(any(), any(), any(), anyInt())).thenReturn(new AuditEvents.Page(List.of(), null, null));
        when(events.actions(any())).thenReturn(List.of());
        when(events.actors(any())).thenReturn(List.of());
    }

    @ParameterizedTest
    @CsvSource({"from, junk", "to, 2026-02-30", "format, xml", "after, junk", "before, 1-"})
    void namesTheParameterThatMakesNoSense(String parameter, String value) throws Exception {
        String path = parameter.equals("format") ? "/api/v1/audit/export" : "/api/v1/audit";

        mvc.perform(get(path).param(parameter, value))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.message").value(org.hamcrest.Matchers.startsWith(parameter + ": ")));
    }

    @Test
    void showsThePageAgainWithADateThatIsNone() throws Exception {
        mvc.perform(get("/web-shop/audit").param("from", "junk").param("unknown", "x"))
                .andExpect(status().isOk())
                .andExpect(view().name("auditlog/audit"));

        verify(events, never()).page(any(), any(), any(), anyInt());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-3", "99999999", "many", "9999999999999999"})
    void boundsThePage(String limit) throws Exception {
        mvc.perform(get("/api/v1/audit").param("limit", limit)).andExpect(status().isOk());

        verify(events)
                .page(
                        any(),
                        any(),
                        eq(Optional.empty()),
                        org.mockito.ArgumentMatchers.intThat(size -> size >= 1 && size <= 500));
    }

    @ParameterizedTest
    @CsvSource({
        "/web-shop/audit/export, audit-web-shop-2026-03-31.csv",
        "/api/v1/audit/export, audit-web-shop-2026-03-31.csv",
        "/instance/audit/export, audit-instance-2026-03-31.csv",
        "/api/v1/instance/audit/export, audit-instance-2026-03-31.csv"
    })
    void sendsAFileAndWritesThatDown(String path, String name) throws Exception {
        mvc.perform(get(path).param("format", "csv"))
                .andExpect(status().isOk())
                .andExpect(header().string("Content-Disposition", "attachment; filename=\"" + name + "\""))
                .andExpect(header().string("Cache-Control", "no-store"))
                .andExpect(content().contentTypeCompatibleWith("text/csv"));

        verify(trail).note(any());
    }
}
