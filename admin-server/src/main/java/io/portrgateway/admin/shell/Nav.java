package io.portrgateway.admin.shell;

import io.portrgateway.admin.team.Member;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The navigation: which items there are, and which of them a member sees. An item without a route is left out, so that the
 * navigation never leads nowhere. Immutable.
 */
final class Nav {

    private static final List<Item> TEAM = List.of(
            new Item("overview", "Overview", "overview", "/{team}/overview"),
            new Item("requests", "Requests", "requests", "/{team}/requests"),
            new Item("collections", "Collections", "collections", "/{team}/collections"),
            new Item("connections", "Connections", "connections", "/{team}/connections"),
            new Item("webhooks", "Webhook secrets", "webhooks", "/{team}/webhooks"),
            new Item("subdomains", "Subdomains", "subdomains", "/{team}/subdomains"),
            new Item("members", "Members", "members", "/{team}/members"),
            new Item("secret-key", "Your key", "key", "/{team}/secret-key"),
            new Item("recording", "Recording", "recording", "/{team}/recording"),
            new Item("client-template", "Client template", "template", "/{team}/client-template"),
            new Item("audit", "Audit log", "audit", "/{team}/audit"));

    private static final List<Item> ACCOUNT = List.of(
            new Item("account", "Account", "account", "/account"),
            new Item("ssh-keys", "SSH keys", "key", "/account/ssh-keys"),
            new Item("tokens", "API tokens", "token", "/account/tokens"),
            new Item("sessions", "Sessions", "sessions", "/account/sessions"));

    private static final List<Item> INSTANCE = List.of(
            new Item("instance-teams", "Teams", "teams", "/instance/teams"),
            new Item("instance-sign-up", "Sign-up", "sign-up", "/instance/sign-up"),
            new Item("instance-audit", "Full audit log", "audit", "/instance/audit"),
            new Item("instance-system", "System", "system", "/instance/system"),
            new Item("instance-settings", "Settings", "settings", "/instance/settings"));

    private static final List<Item> REFERENCE = List.of(new Item("docs", "API reference", "docs", "/docs/api"));

    private final Set<String> routes;

    Nav(Set<String> routes) {
        this.routes = Set.copyOf(routes);
    }

    /** Items of a team that are for its admins. */
    private static final Set<String> FOR_ADMINS = Set.of("audit");

    /** One entry; {@code path} is the route's pattern, or the link once it stands in a group. */
    record Item(String key, String label, String icon, String path) {}

    record Group(@Nullable String title, List<Item> items) {}

    /** The groups for a page of this section: the team's, the account's where one is there, the instance's for superusers. */
    List<Group> groups(@Nullable Member team, boolean superuser, @Nullable String section) {
        List<Group> groups = new ArrayList<>();
        if (team != null) {
            List<Item> items = TEAM.stream()
                    .filter(item -> team.mayAdministerTeam() || !FOR_ADMINS.contains(item.key()))
                    .toList();
            groups.add(new Group(null, existing(items, team.teamSlug())));
        }
        if (section != null && ACCOUNT.stream().anyMatch(item -> item.key().equals(section))) {
            groups.add(new Group("Your account", existing(ACCOUNT, "")));
        }
        if (superuser) {
            groups.add(new Group("Instance", existing(INSTANCE, "")));
        }
        groups.removeIf(group -> group.items().isEmpty());
        return groups;
    }

    /** What stands in the personal menu. */
    List<Item> personal() {
        List<Item> items = new ArrayList<>(existing(ACCOUNT, ""));
        items.addAll(existing(REFERENCE, ""));
        return items;
    }

    /** Whether there is a page at this pattern. */
    boolean leadsTo(String pattern) {
        return routes.contains(pattern);
    }

    private List<Item> existing(List<Item> items, String slug) {
        return items.stream()
                .filter(item -> routes.contains(item.path()))
                .map(item -> new Item(
                        item.key(), item.label(), item.icon(), item.path().replace("{team}", slug)))
                .toList();
    }
}
