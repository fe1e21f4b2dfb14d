package io.portrgateway.admin.subdomain;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.delete;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.flash;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.model;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.redirectedUrl;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.view;

import io.portrgateway.admin.web.Slice;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.test.web.servlet.MockMvc;

class SubdomainSliceTest {

    private final Reservations reservations = mock(Reservations.class);
    private final MockMvc mvc = Slice.of(
            new SubdomainController(reservations, Slice.addresses(), Slice.settings()),
            new ReservationApiController(reservations, Slice.addresses(), Slice.settings()));

    @BeforeEach
    void nobodyHoldsAName() {
        when(reservations.ofTeam(Slice.MEMBER)).thenReturn(List.of());
        when(reservations.limit()).thenReturn(3);
    }

    @ParameterizedTest
    @EnumSource(ReservationProblem.class)
    void answersEachProblemWithItsStatusOnThePageAndInTheApi(ReservationProblem problem) throws Exception {
        when(reservations.reserve(any(), anyString(), anyString()))
                .thenReturn(new ReserveResult.Refused(problem, "shop"));

        mvc.perform(post("/web-shop/subdomains").param("subdomain", "Shop"))
                .andExpect(status().is(problem.status().value()))
                .andExpect(view().name("subdomain/subdomains"))
                .andExpect(model().attribute("problem", problem.sentence()))
                .andExpect(model().attribute("typed", "Shop"));
        mvc.perform(post("/api/v1/reserved-subdomains").content("{\"subdomain\":\"shop\"}"))
                .andExpect(status().is(problem.status().value()))
                .andExpect(jsonPath("$.code").value(problem.code()))
                .andExpect(jsonPath("$.error").value(problem.sentence()));
    }

    @Test
    void showsNoMoreOfWhatWasTypedThanFits() throws Exception {
        when(reservations.reserve(any(), anyString(), anyString()))
                .thenReturn(new ReserveResult.Refused(ReservationProblem.INVALID_SUBDOMAIN, ""));

        mvc.perform(post("/web-shop/subdomains").param("subdomain", "x".repeat(5_000)))
                .andExpect(status().isBadRequest())
                .andExpect(model().attribute("typed", "x".repeat(200)));
    }

    @Test
    void tellsWhetherANameWasReleased() throws Exception {
        when(reservations.release(eq(Slice.MEMBER), eq("shop"), anyString())).thenReturn(true);

        mvc.perform(post("/web-shop/subdomains/shop/release"))
                .andExpect(redirectedUrl("/web-shop/subdomains"))
                .andExpect(flash().attribute("notice", "shop is free again."));
        mvc.perform(post("/web-shop/subdomains/other/release")).andExpect(flash().attributeExists("noticeBad"));
        mvc.perform(delete("/api/v1/reserved-subdomains/shop")).andExpect(status().isNoContent());
        mvc.perform(delete("/api/v1/reserved-subdomains/other"))
                .andExpect(status().isNotFound())
                .andExpect(jsonPath("$.code").value("reservation_not_found"));
    }

    @Test
    void answersBodiesThatAreNone() throws Exception {
        for (String body : new String[] {"", "[]", "{", "null", "\"shop\""}) {
            mvc.perform(post("/api/v1/reserved-subdomains").content(body))
                    .andExpect(status().isBadRequest())
                    .andExpect(jsonPath("$.code").value("invalid_input"));
        }
    }

    @Test
    void hidesAFaultOfOursBehindItsCode() throws Exception {
        when(reservations.reserve(any(), anyString(), anyString()))
                .thenThrow(new DataIntegrityViolationException("table x, column y"));

        mvc.perform(post("/api/v1/reserved-subdomains").content("{\"subdomain\":\"shop\"}"))
                .andExpect(status().isInternalServerError())
                .andExpect(jsonPath("$.code").value("reservation_failed"))
                .andExpect(jsonPath("$.message").value("internal server error"));
    }
}
