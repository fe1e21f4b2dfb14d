package io.portrgateway.admin;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How to call the routes that need more than a team: values of team alpha for what stands in the path, and a body that would
 * change something if it were let through. Whoever adds such a route adds a line here; the test says so.
 */
final class TenantSamples {

    private final Map<String, Sample> samples = new HashMap<>();

    /**
     * @param path values for the names in the path
     * @param form fields of a page's form, name and value in turn
     * @param json the body of an API call
     */
    record Sample(Map<String, String> path, String[] form, String json) {

        Sample with(String name, String value) {
            Map<String, String> more = new HashMap<>(path);
            more.put(name, value);
            return new Sample(more, form, json);
        }

        Sample form(String... fields) {
            return new Sample(path, fields, json);
        }

        Sample json(String body) {
            return new Sample(path, form, body);
        }
    }

    TenantSamples(TenantData data) {
        String member = data.membershipId(TenantData.ALPHA_MEMBER);
        String name = "kept-" + TenantData.MARKER;
        String sshKey = data.id("ssh_public_key", "name like '%" + TenantData.MARKER + "%'");
        String token = data.id("api_token", "name like '%" + TenantData.MARKER + "%'");
        // what ends another's session instead of one's own is tried in SessionIT
        String session = "00000000-0000-0000-0000-000000000000";
        String webhookSecret = data.id("webhook_secret", "name like '%" + TenantData.MARKER + "%'");
        String invitation = data.id("team_invitation", "email like '%" + TenantData.MARKER + "%'");
        String publicKey =
                "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g ann@laptop";

        // pages
        add("POST /sign-in/password", sample().form("email", "nobody@example.com", "password", "guessed guess"));
        add("POST /sign-out", sample());
        add("POST /account/join", sample().form("token", "guessed", "password", "attacked-1"));
        add("POST /account/join/now", sample().form("token", "guessed"));
        add("POST /account", sample().form("first_name", "Attacked"));
        add("POST /account/password", sample().form("password", "attacked-1", "repeated", "attacked-1"));
        add("POST /account/sessions/{id}/end", sample().with("id", session));
        add("POST /account/sessions/end-others", sample());
        add("POST /account/tokens", sample().form("name", "attacked", "scopes", "read"));
        add("POST /account/tokens/{id}/revoke", sample().with("id", token));
        add("POST /account/theme", sample().form("theme", "dark"));
        add("POST /account/ssh-keys", sample().form("line", publicKey));
        add("POST /account/ssh-keys/import", sample());
        add("POST /account/github/unlink", sample());
        add("POST /account/ssh-keys/{id}/remove", sample().with("id", sshKey));
        add("POST /{team}/secret-key/reveal", sample());
        add("POST /{team}/secret-key/show", sample());
        add("POST /{team}/secret-key/rotate", sample());
        add("POST /{team}/members/invite", sample().form("email", "new@example.com", "role", "admin"));
        add("POST /{team}/members/invitations/{id}/revoke", sample().with("id", invitation));
        add("GET /{team}/members/{id}", sample().with("id", member));
        add("GET /{team}/members/{id}/{action}", sample().with("id", member).with("action", "role"));
        add("POST /{team}/members/{id}/role", sample().with("id", member).form("role", "admin"));
        add("POST /{team}/members/{id}/superuser", sample().with("id", member).form("superuser", "true"));
        add("POST /{team}/members/{id}/rotate-key", sample().with("id", member));
        add("POST /{team}/members/{id}/reset-password", sample().with("id", member));
        add("POST /{team}/members/{id}/remove", sample().with("id", member));
        add("GET /{team}/connections/{id}", sample().with("id", TenantData.CONNECTION));
        add("POST /{team}/connections/{id}/disconnect", sample().with("id", TenantData.CONNECTION));
        add("POST /{team}/connections/members/{membership}/disconnect", sample().with("membership", member));
        add("GET /{team}/requests/{id}", sample().with("id", data.request()));
        add("GET /{team}/requests/{id}/body/{direction}", body(data));
        add("GET /{team}/requests/{id}/body/{direction}/view", body(data));
        add("GET /{team}/requests/{id}/replay", sample().with("id", data.request()));
        add(
                "POST /{team}/requests/{id}/replay",
                sample().with("id", data.request()).form("exact", "1"));
        add("POST /{team}/replays", sample().form("id", data.request()));
        add("GET /{team}/replays/{batch}", sample().with("batch", data.replay));
        add("POST /{team}/replays/{batch}/cancel", sample().with("batch", data.replay));
        add("GET /{team}/requests/{id}/copy", sample().with("id", data.request()));
        add("GET /{team}/requests/{id}/messages", sample().with("id", data.request()));
        add(
                "GET /{team}/requests/{id}/messages/{number}",
                sample().with("id", data.request()).with("number", "1"));
        add(
                "POST /{team}/requests/{id}/shares",
                sample().with("id", data.request()).form("lifetime", "7d", "bodies", "on"));
        add(
                "POST /{team}/requests/{id}/shares/{share}/revoke",
                sample().with("id", data.request())
                        .with("share", data.id("share_link", "exchange_id = '" + data.request() + "'")));
        add("POST /{team}/subdomains", sample().form("subdomain", "attacked"));
        add("POST /{team}/subdomains/{subdomain}/release", sample().with("subdomain", name));
        add("POST /{team}/client-template", sample().form("template", "tunnels: []\n"));
        add("POST /{team}/recording", sample().form("mode", "full", "encrypted", "true"));
        add("POST /{team}/recording/tunnels", sample().form("subdomain", "attacked", "mode", "full"));
        add("POST /instance/sign-up/switch", sample().form("on", "true"));
        add(
                "POST /instance/sign-up/rules",
                sample().form("kind", "domain", "domain", "attacked.example", "teamId", "1"));
        add("POST /instance/sign-up/rules/remove", sample().form("kind", "domain", "id", "1"));
        add("POST /instance/teams", sample().form("name", "Attacked"));
        add("GET /instance/teams/{slug}", sample().with("slug", "alpha"));
        add(
                "GET /instance/teams/{slug}/{action}",
                sample().with("slug", "alpha").with("action", "rename"));
        add("POST /instance/teams/{slug}/rename", sample().with("slug", "alpha").form("name", "Attacked"));
        add("POST /instance/teams/{slug}/delete", sample().with("slug", "alpha").form("confirmation", "alpha"));

        add("POST /{team}/collections", sample().form("name", "Attacked", "id", TenantData.CONNECTION));
        add("POST /{team}/collections/import", sample().form("name", "Attacked"));
        add("GET /{team}/collections/{id}", sample().with("id", TenantData.COLLECTION));
        add("GET /{team}/collections/{id}/export", sample().with("id", TenantData.COLLECTION));
        add(
                "GET /{team}/collections/{id}/requests/{position}",
                sample().with("id", TenantData.COLLECTION).with("position", "1"));
        add(
                "POST /{team}/collections/{id}/replay",
                sample().with("id", TenantData.COLLECTION).form("position", "1", "tunnel", TenantData.CONNECTION));
        add("POST /{team}/collections/{id}/delete", sample().with("id", TenantData.COLLECTION));
        add(
                "POST /{team}/webhooks",
                sample().form("subdomain", "attacked", "provider", "github", "secret", "attacked"));
        add("POST /{team}/webhooks/{id}/remove", sample().with("id", webhookSecret));

        // API
        add(
                "POST /api/v1/webhook-secrets",
                sample().json("{\"subdomain\":\"attacked\",\"provider\":\"github\",\"secret\":\"attacked\"}"));
        add("DELETE /api/v1/webhook-secrets/{id}", sample().with("id", webhookSecret));
        add("GET /api/v1/requests/{id}/webhook", sample().with("id", "01A0PHAMARKER0000000000003"));
        add("POST /api/v1/collections", sample().json("{\"name\":\"Attacked\",\"request_ids\":[\"x\"]}"));
        add("POST /api/v1/collections/import", sample().json("{\"log\":{\"entries\":[]}}"));
        add("GET /api/v1/collections/{id}", sample().with("id", TenantData.COLLECTION));
        add("GET /api/v1/collections/{id}/export", sample().with("id", TenantData.COLLECTION));
        add(
                "POST /api/v1/collections/{id}/replay",
                sample().with("id", TenantData.COLLECTION)
                        .json("{\"positions\":[1],\"tunnel\":\"" + TenantData.CONNECTION + "\"}"));
        add("DELETE /api/v1/collections/{id}", sample().with("id", TenantData.COLLECTION));
        add("GET /api/v1/connections/{id}", sample().with("id", TenantData.CONNECTION));
        add("POST /api/v1/connections/{id}/disconnect", sample().with("id", TenantData.CONNECTION));
        add("POST /api/v1/requests/{id}/replay", sample().with("id", data.request()));
        add("GET /api/v1/replays/{batch}", sample().with("batch", data.replay));
        add("POST /api/v1/replays/{batch}/cancel", sample().with("batch", data.replay));
        add("GET /api/v1/requests/{id}", sample().with("id", data.request()));
        add("GET /api/v1/requests/{id}/frames", sample().with("id", data.request()));
        add(
                "GET /api/v1/requests/{id}/body/{direction}",
                sample().with("id", data.request()).with("direction", "toUpstream"));
        add(
                "PATCH /api/v1/auto-signup",
                sample().json("{\"auto_signup_domains\":[{\"domain\":\"attacked.example\",\"team_id\":1}]}"));
        add("POST /api/v1/auth/logout", sample());
        add("PATCH /api/v1/user/me/update", sample().json("{\"first_name\":\"Attacked\"}"));
        add("PATCH /api/v1/user/me/change-password", sample().json("{\"password\":\"attacked-1\"}"));
        add("DELETE /api/v1/account/sessions", sample());
        add("DELETE /api/v1/account/sessions/{id}", sample().with("id", session));
        add("POST /api/v1/account/tokens", sample().json("{\"name\":\"attacked\",\"scopes\":[\"read\"]}"));
        add("DELETE /api/v1/account/tokens/{id}", sample().with("id", token));
        add("POST /api/v1/account/ssh-keys", sample().json("{\"public_key\":\"" + publicKey + "\"}"));
        add("DELETE /api/v1/account/ssh-keys/{id}", sample().with("id", sshKey));
        add("PATCH /api/v1/user/me/rotate-secret-key", sample());
        add("POST /api/v1/team", sample().json("{\"name\":\"Attacked\"}"));
        add("POST /api/v1/team/add", sample().json("{\"email\":\"new@example.com\",\"role\":\"admin\"}"));
        add("DELETE /api/v1/team/users/{id}", sample().with("id", member));
        add("POST /api/v1/team/users/{id}/reset-password", sample().with("id", member));
        add("POST /api/v1/reserved-subdomains", sample().json("{\"subdomain\":\"attacked\"}"));
        add("DELETE /api/v1/reserved-subdomains/{subdomain}", sample().with("subdomain", name));
        add("PUT /api/v1/recording", sample().json("{\"mode\":\"full\"}"));
        add(
                "PUT /api/v1/recording/tunnels/{subdomain}",
                sample().with("subdomain", "attacked").json("{\"mode\":\"full\"}"));
        add("PUT /api/v1/config/template", sample().json("{\"template\":\"tunnels: []\"}"));
    }

    private static Sample body(TenantData data) {
        return sample().with("id", data.request()).with("direction", "toUpstream");
    }

    private void add(String route, Sample sample) {
        samples.put(route, sample);
    }

    private static Sample sample() {
        return new Sample(Map.of(), new String[0], "{}");
    }

    /** The sample of a route; one that reads and names nothing but a team needs none. */
    Optional<Sample> of(Route route) {
        Sample known = samples.get(route.name());
        if (known != null) {
            return Optional.of(known);
        }
        return route.isReading() && route.variables().isEmpty() ? Optional.of(sample()) : Optional.empty();
    }

    /** The names of all samples, to find those of routes that are gone. */
    Iterable<String> names() {
        return samples.keySet();
    }
}
