package io.portrgateway.admin;

import io.portrgateway.admin.Gateway.Answer;
import io.portrgateway.admin.secret.Tokens;
import io.portrgateway.admin.team.FirstAdministrator;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Optional;

/** Calls the API and the pages as somebody: with an API token of theirs, or in a browser they signed in with. */
final class Callers {

    private final Gateway gateway;

    Callers(Gateway gateway) {
        this.gateway = gateway;
    }

    /** The user's calls to the API, with all scopes, for the team. */
    Caller of(String email, String teamSlug) {
        return new Caller(gateway, token(email, "read", "write", "admin"), teamSlug);
    }

    /** The value of a new API token of this user. */
    String token(String email, String... scopes) {
        String token = "pgat_" + Tokens.randomHex(24);
        gateway.sql()
                .sql("""
                        insert into api_token (user_id, name, token_hash, token_hint, scopes)
                        select id, 'test', :hash, 'hint', cast(:scopes as text[]) from app_user where email = :email
                        """)
                .param("hash", Tokens.sha256(token))
                .param("scopes", "{" + String.join(",", scopes) + "}")
                .param("email", email)
                .update();
        return token;
    }

    /** A browser in which the user has signed in; the caller closes it. */
    Browser signedIn(String email) {
        Browser browser = new Browser(gateway);
        browser.signIn(gateway.bean(FirstAdministrator.class)
                .entry(Optional.of(email))
                .orElseThrow()
                .signInUrl());
        return browser;
    }

    /** One user in one team. */
    record Caller(Gateway gateway, String token, String teamSlug) {

        Answer call(String method, String path, String body) {
            return gateway.send(
                    HttpRequest.newBuilder(gateway.uri(path))
                            .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body)),
                    "Authorization",
                    "Bearer " + token,
                    "X-Team-Slug",
                    teamSlug,
                    "Content-Type",
                    "application/json");
        }

        Answer get(String path) {
            return call("GET", path, "");
        }
    }
}
