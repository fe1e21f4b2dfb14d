package io.portrgateway.admin.team;

import java.text.Normalizer;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which texts may be a team's slug, and which one a name leads to. A slug is the first word of the team's pages' paths, so no
 * word that a page of ours starts with; it is also the user name of plain SSH.
 */
public final class TeamSlugs {

    private static final Pattern SLUG = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    /** First words of paths. Never take one away: a page may come to need any of them. */
    private static final Set<String> RESERVED = Set.of(
            "account",
            "actuator",
            "api",
            "assets",
            "design",
            "docs",
            "error",
            "instance",
            "login",
            "logout",
            "metrics",
            "oauth2",
            "sign-in",
            "sign-out",
            "sign-up",
            "static",
            "webjars");

    private static final int MAX_CHARS = 63;
    private static final Pattern ACCENTS = Pattern.compile("\\p{M}+");
    private static final Pattern OTHERS = Pattern.compile("[^a-z0-9]+");
    private static final Pattern EDGES = Pattern.compile("^-|-$");

    private TeamSlugs() {}

    /**
     * The slug of a name: lower case, accents dropped, whatever else is not a letter or digit a single hyphen. Nothing when the
     * name has no letter or digit of the Latin alphabet.
     */
    static Optional<String> of(String name) {
        String letters = ACCENTS.matcher(Normalizer.normalize(name, Normalizer.Form.NFKD))
                .replaceAll("")
                .replace("ß", "ss")
                .toLowerCase(Locale.ROOT);
        String hyphened = trim(OTHERS.matcher(letters).replaceAll("-"));
        String slug = hyphened.length() > MAX_CHARS ? trim(hyphened.substring(0, MAX_CHARS)) : hyphened;
        return slug.isEmpty() ? Optional.empty() : Optional.of(slug);
    }

    /** Whether a team may have this slug. */
    public static boolean isUsable(String slug) {
        return SLUG.matcher(slug).matches() && !RESERVED.contains(slug);
    }

    private static String trim(String text) {
        return EDGES.matcher(text).replaceAll("");
    }
}
