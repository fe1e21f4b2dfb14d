package io.portrgateway.admin.imports;

import static java.time.ZoneOffset.UTC;

import io.portrgateway.admin.clientconfig.ClientConfigs;
import io.portrgateway.admin.team.TeamSlugs;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Teams, each with its client template. A team is the same when slug and name are. */
final class TeamImport {

    private static final String TEAMS = """
            select id, name, slug, created_at, updated_at from team order by id
            """;

    private static final String REMEDY = " (give it another one with --rename-team OLD=NEW)";

    private final ImportContext context;
    private final Map<String, String> newSlugs;

    TeamImport(ImportContext context, Map<String, String> newSlugs) {
        this.context = context;
        this.newSlugs = newSlugs;
    }

    private record Known(long id, String name, String slug) {}

    void run() {
        context.each(Kind.TEAMS, TEAMS, row -> row.label("slug"), this::team);
        // once more for the templates: a broken one must not keep its team away
        context.each(
                Kind.CLIENT_TEMPLATES,
                "select id, slug, client_template, updated_at from team where client_template <> '' order by id",
                row -> row.label("slug"),
                this::template);
    }

    private void team(SourceRow row) throws SQLException {
        String name = row.text("name");
        String oldSlug = row.text("slug");
        String slug = newSlugs.getOrDefault(oldSlug, oldSlug);
        if (name.isEmpty()) {
            throw new SourceRow.Unusable("it has no name");
        }
        if (!TeamSlugs.isUsable(slug)) {
            throw new SourceRow.Unusable("its slug is not 1-63 letters a-z, digits or hyphens, or is a word of the"
                    + " dashboard's own addresses" + REMEDY);
        }
        List<Known> known = find(name, slug);
        if (known.isEmpty()) {
            long id = insert(name, slug, row.time("created_at"), row.time("updated_at"));
            context.ids().team(row.number("id"), id, true);
            context.ledger().imported(Kind.TEAMS);
            return;
        }
        Known team = known.getFirst();
        if (known.size() == 1 && team.slug().equals(slug) && team.name().equals(name)) {
            context.ids().team(row.number("id"), team.id(), false);
            context.ledger().alreadyHere(Kind.TEAMS);
        } else if (known.stream().anyMatch(other -> other.slug().equals(slug))) {
            context.ledger().conflict(Kind.TEAMS, slug, "the slug belongs to another team here" + REMEDY);
        } else {
            context.ledger()
                    .conflict(Kind.TEAMS, slug, "the name \"" + name + "\" belongs to team " + team.slug() + " here");
        }
    }

    private List<Known> find(String name, String slug) {
        return context.here()
                .sql("select id, name, slug from team where slug = :slug or name = :name order by id")
                .param("slug", slug)
                .param("name", name)
                .query((row, number) -> new Known(row.getLong("id"), row.getString("name"), row.getString("slug")))
                .list();
    }

    private long insert(String name, String slug, @Nullable Instant createdAt, @Nullable Instant updatedAt) {
        return context.here()
                .sql("""
                        insert into team (name, slug, created_at, updated_at)
                        values (:name, :slug, coalesce(cast(:created as timestamptz), now()),
                                coalesce(cast(:updated as timestamptz), now()))
                        returning id
                        """)
                .param("name", name)
                .param("slug", slug)
                .param("created", createdAt == null ? null : createdAt.atOffset(UTC))
                .param("updated", updatedAt == null ? null : updatedAt.atOffset(UTC))
                .query(Long.class)
                .single();
    }

    private void template(SourceRow row) throws SQLException {
        String template = row.text("client_template");
        if (template.isEmpty()) {
            return;
        }
        long old = row.number("id");
        long team = context.ids().team(old).orElseThrow(() -> new SourceRow.Unusable("its team was not brought over"));
        ClientConfigs.whyUnservable(template).ifPresent(problem -> {
            throw new SourceRow.Unusable(problem);
        });
        String here = context.here()
                .sql("select client_template from team where id = :id")
                .param("id", team)
                .query(String.class)
                .single();
        if (here.equals(template)) {
            context.ledger().alreadyHere(Kind.CLIENT_TEMPLATES);
        } else if (context.ids().isNewTeam(old)) {
            Instant savedAt = row.time("updated_at");
            context.here()
                    .sql("""
                            update team set client_template = :template,
                                client_template_updated_at = coalesce(cast(:saved as timestamptz), now())
                            where id = :id
                            """)
                    .param("template", template)
                    .param("saved", savedAt == null ? null : savedAt.atOffset(UTC))
                    .param("id", team)
                    .update();
            context.ledger().imported(Kind.CLIENT_TEMPLATES);
        } else {
            context.ledger()
                    .conflict(
                            Kind.CLIENT_TEMPLATES,
                            row.label("slug"),
                            "the team has " + (here.isBlank() ? "none" : "another one") + " here");
        }
    }
}
