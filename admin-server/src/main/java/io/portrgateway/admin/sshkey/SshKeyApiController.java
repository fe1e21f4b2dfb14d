package io.portrgateway.admin.sshkey;

import io.portrgateway.admin.account.Account;
import io.portrgateway.admin.web.ApiFailure;
import io.portrgateway.admin.web.ClientAddresses;
import io.portrgateway.admin.web.JsonObject;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/v1/account/ssh-keys}: the caller's SSH public keys. Ours: the original knows none. */
@RestController
final class SshKeyApiController {

    private final SshKeys keys;
    private final ClientAddresses addresses;

    SshKeyApiController(SshKeys keys, ClientAddresses addresses) {
        this.keys = keys;
        this.addresses = addresses;
    }

    @GetMapping("/api/v1/account/ssh-keys")
    Map<String, Object> list(@AuthenticationPrincipal Account account) {
        List<SshKeyView> own = keys.of(account.id());
        return Map.of(
                "count",
                own.size(),
                "data",
                own.stream().map(SshKeyApiController::json).toList());
    }

    @PostMapping("/api/v1/account/ssh-keys")
    @ResponseStatus(HttpStatus.CREATED)
    Map<String, @Nullable Object> add(@AuthenticationPrincipal Account account, HttpServletRequest request) {
        JsonObject body = JsonObject.read(request);
        return json(keys.add(
                        account,
                        body.text("name").orElse(""),
                        body.text("public_key").orElse(""),
                        addresses.of(request))
                .orFail());
    }

    @DeleteMapping("/api/v1/account/ssh-keys/{id:\\d{1,18}}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void remove(@AuthenticationPrincipal Account account, @PathVariable("id") long id, HttpServletRequest request) {
        if (!keys.remove(account, id, addresses.of(request))) {
            throw new ApiFailure(HttpStatus.NOT_FOUND, "you have no such key");
        }
    }

    private static Map<String, @Nullable Object> json(SshKeyView key) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("id", key.id());
        json.put("name", key.name());
        json.put("type", key.type());
        json.put("fingerprint", key.fingerprint());
        json.put("created_at", seconds(key.createdAt()));
        json.put("last_used_at", key.lastUsedAt() == null ? null : seconds(key.lastUsedAt()));
        return json;
    }

    private static String seconds(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
