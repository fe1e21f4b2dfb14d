package io.portrgateway.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What admin-server tells the launcher at its start, in a file only its owner can read: how the first administrator gets
 * in. Immutable; never logged.
 *
 * @param signInUrl works once
 * @param secretKey the administrator's own key, which clients log in with
 */
record Bootstrap(String dashboardUrl, String signInUrl, String secretKey, String teamSlug, String email) {

    private static final Pattern ESCAPE = Pattern.compile("\\\\(?:u([0-9a-fA-F]{4})|(.))");

    static Bootstrap read(Path file) throws StartException {
        try {
            String json = Files.readString(file);
            return new Bootstrap(
                    text(json, "dashboard_url"),
                    text(json, "sign_in_url"),
                    text(json, "secret_key"),
                    text(json, "team_slug"),
                    text(json, "email"));
        } catch (IOException absent) {
            throw new StartException("admin-server did not say how to sign in: " + absent, absent);
        }
    }

    // The file is a flat object of texts, made by our own server: one pattern reads it, no JSON library is needed.
    private static String text(String json, String name) throws StartException {
        Matcher matcher = Pattern.compile("\"" + name + "\"\\s*:\\s*\"((?:[^\"\\\\]|\\\\.)*)\"")
                .matcher(json);
        if (!matcher.find()) {
            throw new StartException("admin-server did not say its " + name);
        }
        return ESCAPE.matcher(matcher.group(1)).replaceAll(Bootstrap::unescape);
    }

    private static String unescape(MatchResult escape) {
        String hex = escape.group(1);
        String text = hex == null ? escape.group(2) : Character.toString(Integer.parseInt(hex, 16));
        return Matcher.quoteReplacement(text);
    }

    @Override
    public String toString() {
        return "Bootstrap[hidden]";
    }
}
