package io.portrgateway.admin.apidocs;

import io.portrgateway.admin.settings.AdminSettings;
import io.portrgateway.admin.web.WithoutSession;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ResponseBody;

/** The document for programs, and the page for people: rendered here, because the pages' CSP allows no script of others. */
@Controller
final class ApiDocsController {

    private final ApiDocument document;
    private final String server;

    ApiDocsController(ApiDocument document, AdminSettings settings) {
        this.document = document;
        this.server = settings.publicAddresses().server().toString();
    }

    @WithoutSession
    @GetMapping(path = "/api/v1/openapi.json", produces = MediaType.APPLICATION_JSON_VALUE)
    @ResponseBody
    Map<String, @Nullable Object> document() {
        return document.root().mapping();
    }

    @GetMapping("/docs/api")
    String page(Model model) {
        model.addAttribute("docs", ApiDocsView.of(document));
        model.addAttribute(
                "example",
                "curl " + server + "/api/v1/connections \\\n  -H 'Authorization: Bearer pgat_…' \\\n"
                        + "  -H 'X-Team-Slug: default-team'");
        return "apidocs/api";
    }
}
