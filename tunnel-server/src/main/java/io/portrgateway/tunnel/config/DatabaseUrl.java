package io.portrgateway.tunnel.config;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL address as libpq or as JDBC spells it, taken apart so that the credentials are not in the part that may be
 * shown. Immutable.
 */
record DatabaseUrl(String jdbcUrl, Optional<String> user, Optional<Secret> password) {

    private static final Pattern LIBPQ =
            Pattern.compile("postgres(?:ql)?://(?:([^@/?]*)@)?([^/?@]*)(?:/([^?]*))?(?:\\?(.*))?");
    private static final Pattern JDBC = Pattern.compile("jdbc:postgresql:(//[^?]*|[^/?][^?]*)(?:\\?(.*))?");

    /** The driver's names of the libpq parameters that differ; every other one is passed on as it is. */
    private static final Map<String, String> DRIVER_NAMES = Map.of(
            "application_name", "ApplicationName",
            "connect_timeout", "connectTimeout",
            "channel_binding", "channelBinding",
            "target_session_attrs", "targetServerType");

    /** Throws {@link IllegalArgumentException}, whose message never contains the text, when it is no such address. */
    static DatabaseUrl parse(String text) {
        Matcher libpq = LIBPQ.matcher(text);
        if (libpq.matches()) {
            return fromLibpq(libpq);
        }
        Matcher jdbc = JDBC.matcher(text);
        if (jdbc.matches()) {
            Map<String, String> parameters = parameters(jdbc.group(2), Map.of());
            return of("jdbc:postgresql:" + jdbc.group(1), null, null, parameters);
        }
        throw new IllegalArgumentException("neither a libpq nor a JDBC address of PostgreSQL");
    }

    private static DatabaseUrl fromLibpq(Matcher matcher) {
        @Nullable String userInfo = matcher.group(1);
        @Nullable String user = null;
        @Nullable String password = null;
        if (userInfo != null && !userInfo.isEmpty()) {
            int colon = userInfo.indexOf(':');
            user = decode(colon < 0 ? userInfo : userInfo.substring(0, colon));
            password = colon < 0 ? null : decode(userInfo.substring(colon + 1));
        }
        String host = matcher.group(2).isEmpty() ? "localhost" : matcher.group(2);
        @Nullable String path = matcher.group(3);
        String database = path == null || path.isEmpty() ? (user == null ? "" : encode(user)) : path;
        return of(
                "jdbc:postgresql://" + host + "/" + database,
                user,
                password,
                parameters(matcher.group(4), DRIVER_NAMES));
    }

    private static DatabaseUrl of(
            String base, @Nullable String user, @Nullable String password, Map<String, String> parameters) {
        @Nullable String namedUser = parameters.remove("user");
        @Nullable String namedPassword = parameters.remove("password");
        StringJoiner query = new StringJoiner("&", "?", "").setEmptyValue("");
        parameters.forEach((name, value) -> query.add(name + "=" + encode(value)));
        return new DatabaseUrl(
                base + query,
                Optional.ofNullable(user != null ? user : namedUser),
                Optional.ofNullable(password != null ? password : namedPassword).map(Secret::new));
    }

    private static Map<String, String> parameters(@Nullable String query, Map<String, String> driverNames) {
        Map<String, String> parameters = new LinkedHashMap<>();
        if (query == null) {
            return parameters;
        }
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                String name = decode(pair.substring(0, equals));
                parameters.put(driverNames.getOrDefault(name, name), decode(pair.substring(equals + 1)));
            }
        }
        return parameters;
    }

    private static String decode(String text) {
        // libpq and the driver keep "+"; a form decoder would make it a space
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
