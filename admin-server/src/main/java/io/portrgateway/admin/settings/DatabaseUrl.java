package io.portrgateway.admin.settings;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where the database is and who logs in there, out of a libpq URL ({@code postgresql://user:password@host:port/db?…}) or a
 * JDBC one. Immutable; {@code toString} hides the password.
 *
 * @param jdbcUrl for the driver, without user and password
 * @param role the role that logs in; empty means the driver's default
 * @param password empty when the URL has none
 * @param place {@code host:port/db}, for messages
 */
public record DatabaseUrl(String jdbcUrl, String role, Optional<Secret> password, String place) {

    private static final int DEFAULT_PORT = 5432;

    /** libpq parameters that the JDBC driver spells differently; all others keep their name. */
    private static final Map<String, String> JDBC_NAMES =
            Map.of("application_name", "ApplicationName", "connect_timeout", "connectTimeout");

    /** Parses either form; the message of the exception never contains the URL, which may hold a password. */
    public static DatabaseUrl parse(String text) {
        String libpq = text.startsWith("jdbc:") ? text.substring("jdbc:".length()) : text;
        URI uri;
        try {
            uri = new URI(libpq);
        } catch (URISyntaxException malformed) {
            throw new IllegalArgumentException("malformed URL", malformed);
        }
        String scheme = uri.getScheme();
        String host = uri.getHost();
        String path = uri.getPath();
        if (scheme == null || !(scheme.equals("postgres") || scheme.equals("postgresql"))) {
            throw new IllegalArgumentException("scheme");
        }
        if (host == null || path == null || path.length() < 2) {
            throw new IllegalArgumentException("host and database name");
        }
        Map<String, String> parameters = parameters(uri.getRawQuery());
        String[] login = login(uri.getRawUserInfo(), parameters);
        int port = uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort();
        String place = host + ":" + port + path;
        StringBuilder jdbc = new StringBuilder("jdbc:postgresql://").append(place);
        char separator = '?';
        for (Map.Entry<String, String> parameter : parameters.entrySet()) {
            jdbc.append(separator)
                    .append(JDBC_NAMES.getOrDefault(parameter.getKey(), parameter.getKey()))
                    .append('=')
                    .append(URLEncoder.encode(parameter.getValue(), StandardCharsets.UTF_8));
            separator = '&';
        }
        Optional<Secret> password = login[1].isEmpty() ? Optional.empty() : Optional.of(new Secret(login[1]));
        return new DatabaseUrl(jdbc.toString(), login[0], password, place);
    }

    /** The same place with this password, when one is given apart from the URL. */
    DatabaseUrl withPassword(Optional<Secret> apart) {
        return apart.isPresent() ? new DatabaseUrl(jdbcUrl, role, apart, place) : this;
    }

    private static Map<String, String> parameters(@Nullable String rawQuery) {
        Map<String, String> parameters = new LinkedHashMap<>();
        if (rawQuery == null || rawQuery.isEmpty()) {
            return parameters;
        }
        for (String pair : rawQuery.split("&")) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                parameters.put(decode(pair.substring(0, equals)), decode(pair.substring(equals + 1)));
            }
        }
        return parameters;
    }

    private static String[] login(@Nullable String userInfo, Map<String, String> parameters) {
        String user = parameters.getOrDefault("user", "");
        String password = parameters.getOrDefault("password", "");
        parameters.remove("user");
        parameters.remove("password");
        if (userInfo == null) {
            return new String[] {user, password};
        }
        int colon = userInfo.indexOf(':');
        return colon < 0
                ? new String[] {decode(userInfo), password}
                : new String[] {decode(userInfo.substring(0, colon)), decode(userInfo.substring(colon + 1))};
    }

    private static String decode(String text) {
        // URLDecoder reads "+" as a blank, which a URL's user info does not mean
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
