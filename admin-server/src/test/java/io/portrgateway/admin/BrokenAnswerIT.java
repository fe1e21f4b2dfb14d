package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portrgateway.admin.web.WithoutSession;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** An export that breaks off half-way does not look like a whole one. */
@Timeout(60)
class BrokenAnswerIT {

    private static Gateway gateway;

    /** Streams more than any buffer holds, then fails. */
    static final class Streams {

        @WithoutSession
        public void broken(@PathVariable("why") String why, HttpServletResponse response) throws IOException {
            response.setContentType("text/csv");
            response.getOutputStream().write(new byte[200_000]);
            throw why.equals("outage")
                    ? new DataAccessResourceFailureException("for the test")
                    : new IllegalStateException("for the test");
        }
    }

    @BeforeAll
    static void start() throws NoSuchMethodException {
        gateway = Gateway.start();
        RequestMappingHandlerMapping routes =
                gateway.context.getBean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class);
        routes.registerMapping(
                RequestMappingInfo.paths("/api/v1/broken/{why}")
                        .methods(RequestMethod.GET)
                        .options(routes.getBuilderConfiguration())
                        .build(),
                new Streams(),
                Streams.class.getMethod("broken", String.class, HttpServletResponse.class));
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"outage", "bug"})
    void breaksTheConnectionOff(String why) {
        assertThatThrownBy(() -> gateway.get("/api/v1/broken/" + why)).isInstanceOf(UncheckedIOException.class);
    }
}
