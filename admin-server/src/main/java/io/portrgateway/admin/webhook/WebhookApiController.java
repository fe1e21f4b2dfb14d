package io.portrgateway.admin.webhook;

import io.portrgateway.admin.exchange.Direction;
import io.portrgateway.admin.exchange.Exchange;
import io.portrgateway.admin.exchange.Exchanges;
import io.portrgateway.admin.exchange.StoredBody;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.web.ApiFailure;
import io.portrgateway.admin.web.ClientAddresses;
import io.portrgateway.admin.web.JsonObject;
import jakarta.servlet.http.HttpServletRequest;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/v1/webhook-secrets}, and what is to be said of a recorded webhook. */
@RestController
final class WebhookApiController {

    private final Webhooks webhooks;
    private final Exchanges exchanges;
    private final ClientAddresses addresses;

    WebhookApiController(Webhooks webhooks, Exchanges exchanges, ClientAddresses addresses) {
        this.webhooks = webhooks;
        this.exchanges = exchanges;
        this.addresses = addresses;
    }

    @GetMapping("/api/v1/webhook-secrets")
    Map<String, Object> list(Member member) {
        List<Map<String, Object>> data =
                webhooks.of(member).stream().map(WebhookApiController::json).toList();
        return Map.of("count", data.size(), "data", data);
    }

    @PostMapping("/api/v1/webhook-secrets")
    @ResponseStatus(HttpStatus.CREATED)
    Map<String, Object> add(Member member, HttpServletRequest request) {
        JsonObject body = JsonObject.read(request);
        return json(webhooks.add(
                        member,
                        body.text("subdomain").orElse(""),
                        body.text("provider").orElse(""),
                        body.text("name").orElse(""),
                        body.text("secret").orElse(""),
                        addresses.of(request))
                .orFail());
    }

    @DeleteMapping("/api/v1/webhook-secrets/{id:\\d{1,18}}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void remove(Member member, @PathVariable("id") long id, HttpServletRequest request) {
        if (!webhooks.remove(member, id, addresses.of(request))) {
            throw new ApiFailure(HttpStatus.NOT_FOUND, "you have no such secret");
        }
    }

    @GetMapping("/api/v1/requests/{id}/webhook")
    Map<String, Object> check(Member member, @PathVariable("id") String id) {
        Exchange exchange = exchanges
                .find(member, id.toUpperCase(Locale.ROOT))
                .orElseThrow(() -> new ApiFailure(HttpStatus.NOT_FOUND, "there is no such request"));
        StoredBody body = exchanges
                .body(exchange, Direction.TO_UPSTREAM)
                .orElseGet(() -> StoredBody.none(exchange.requestBytes()));
        Verdict verdict = webhooks.check(exchange, body)
                .orElseThrow(() -> new ApiFailure(
                        HttpStatus.NOT_FOUND, "no_webhook", "this request is no webhook of a provider that is known"));
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("provider", verdict.provider().code());
        json.put("finding", verdict.finding().code());
        json.put("valid", verdict.finding() == Verdict.Finding.VALID);
        json.put("message", verdict.sentence());
        return json;
    }

    private static Map<String, Object> json(SecretRows.Row row) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", row.id());
        json.put("subdomain", row.subdomain());
        json.put("provider", row.provider().code());
        json.put("name", row.name());
        json.put("created_at", row.createdAt().truncatedTo(ChronoUnit.SECONDS).toString());
        return json;
    }
}
