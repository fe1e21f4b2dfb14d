package io.portrgateway.admin.github;

import io.portrgateway.admin.web.WithoutSession;
import java.net.URI;
import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The two paths where GitHub is not configured; where it is, the filters of {@link GitHubSecurity} answer before. */
@RestController
@WithoutSession
final class GitHubController {

    @GetMapping(GitHubSecurity.START)
    ResponseEntity<Map<String, String>> start() {
        String message = "signing in with GitHub is not configured on this gateway";
        return ResponseEntity.badRequest().body(Map.of("error", message, "message", message));
    }

    @GetMapping(GitHubSecurity.CALLBACK)
    ResponseEntity<Void> callback() {
        return ResponseEntity.status(HttpStatus.FOUND)
                .location(URI.create("/sign-in?code=github-disabled"))
                .build();
    }
}
