package io.portrgateway.admin.har;

import io.portrgateway.admin.team.Member;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;

/** Recorded requests as a file, for the pages and for the API. */
@Controller
final class ExportController {

    private final Exports exports;

    ExportController(Exports exports) {
        this.exports = exports;
    }

    @GetMapping({"/{team}/requests/export", "/api/v1/requests/export"})
    void export(Member member, HttpServletRequest request, HttpServletResponse response) throws IOException {
        exports.send(member, request, response);
    }
}
