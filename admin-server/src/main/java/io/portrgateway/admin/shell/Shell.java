package io.portrgateway.admin.shell;

import io.portrgateway.admin.account.Account;
import io.portrgateway.admin.team.Member;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the frame of one page shows. The teams are looked up when a template first asks, so that redirects and API calls cost
 * nothing. Confined to its request.
 */
final class Shell {

    private final @Nullable Account account;
    private final @Nullable String theme;
    private final String path;
    private final @Nullable String slug;
    private final Nav nav;
    private final Supplier<List<Member>> lookUp;
    private @Nullable List<Member> teams;

    Shell(
            @Nullable Account account,
            @Nullable String theme,
            String path,
            @Nullable String slug,
            Nav nav,
            Supplier<List<Member>> lookUp) {
        this.account = account;
        this.theme = theme;
        this.path = path;
        this.slug = slug;
        this.nav = nav;
        this.lookUp = lookUp;
    }

    /** {@code light}, {@code dark}, or null to follow the system. */
    public @Nullable String theme() {
        return theme;
    }

    /** Where this page is, to come back to. */
    public String path() {
        return path;
    }

    public String initial() {
        return account == null ? "" : account.email().substring(0, 1).toUpperCase(Locale.ROOT);
    }

    public List<Member> teams() {
        List<Member> known = teams;
        if (known == null) {
            known = account == null ? List.of() : lookUp.get();
            teams = known;
        }
        return known;
    }

    /** The membership of the page's team; null on pages that are no team's. */
    public @Nullable Member member() {
        return teams().stream()
                .filter(member -> member.teamSlug().equals(slug))
                .findFirst()
                .orElse(null);
    }

    /** The team whose pages the navigation leads to: the page's own, else the one seen last, else the first. */
    public @Nullable Member team() {
        @Nullable Member current = member();
        return current != null || teams().isEmpty() ? current : teams().getFirst();
    }

    public List<Nav.Group> nav(@Nullable String section) {
        return nav.groups(team(), account != null && account.superuser(), section);
    }

    public List<Nav.Item> personal() {
        return nav.personal();
    }

    /** Whether there is a page at this route, such as {@code /{team}/connections}: a link to it makes sense. */
    public boolean has(String pattern) {
        return nav.leadsTo(pattern);
    }

    /** What htmx sends with each request, as JSON: the token that forms carry in a hidden field. */
    public String requestHeaders(String csrfHeader, String csrfToken) {
        return "{\"" + csrfHeader + "\":\"" + csrfToken + "\"}";
    }
}
