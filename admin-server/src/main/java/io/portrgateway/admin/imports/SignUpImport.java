package io.portrgateway.admin.imports;

import static java.time.ZoneOffset.UTC;

import java.sql.SQLException;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Who may sign up by themselves. The switch is brought over only where nobody has touched it here. */
final class SignUpImport {

    private static final String SETTINGS = "select auto_signup_enabled from auto_signup_settings where id = 1";

    private static final String DOMAINS = """
            select d.domain, d.team_id, d.created_at from auto_signup_domains d order by d.id
            """;

    private static final Pattern DOMAIN = Pattern.compile("[^@,\\s.]+(\\.[^@,\\s.]+)*");
    private static final int MAX_DOMAIN_CHARS = 253;

    private final ImportContext context;

    SignUpImport(ImportContext context) {
        this.context = context;
    }

    private record Switch(boolean enabled, boolean untouched) {}

    void run() {
        context.each(Kind.SIGN_UP_SETTINGS, SETTINGS, row -> "auto sign-up", this::settings);
        context.each(Kind.SIGN_UP_DOMAINS, DOMAINS, row -> row.label("domain"), this::domain);
    }

    private void settings(SourceRow row) throws SQLException {
        boolean there = row.flag("auto_signup_enabled");
        Switch here = context.here()
                .sql("""
                        select enabled, not enabled and updated_at = created_at
                                        and not exists (select from auto_signup_domain) as untouched
                        from auto_signup_settings
                        """)
                .query((settings, number) ->
                        new Switch(settings.getBoolean("enabled"), settings.getBoolean("untouched")))
                .single();
        if (here.enabled() == there) {
            context.ledger().alreadyHere(Kind.SIGN_UP_SETTINGS);
        } else if (here.untouched()) {
            context.here()
                    .sql("update auto_signup_settings set enabled = true, updated_at = clock_timestamp()")
                    .update();
            context.ledger().imported(Kind.SIGN_UP_SETTINGS);
        } else {
            context.ledger()
                    .conflict(
                            Kind.SIGN_UP_SETTINGS,
                            "auto sign-up",
                            "is " + (here.enabled() ? "on here and off there" : "off here and on there"));
        }
    }

    private void domain(SourceRow row) throws SQLException {
        String domain =
                normal(row.text("domain")).orElseThrow(() -> new SourceRow.Unusable("not the domain of an address"));
        long team = context.ids()
                .team(row.number("team_id"))
                .orElseThrow(() -> new SourceRow.Unusable("its team was not brought over"));
        @Nullable
        Long owner = context.here()
                .sql("select team_id from auto_signup_domain where domain = :domain")
                .param("domain", domain)
                .query(Long.class)
                .optional()
                .orElse(null);
        if (owner == null) {
            Instant createdAt = row.time("created_at");
            context.here()
                    .sql("""
                            insert into auto_signup_domain (domain, team_id, created_at)
                            values (:domain, :team, coalesce(cast(:created as timestamptz), now()))
                            """)
                    .param("domain", domain)
                    .param("team", team)
                    .param("created", createdAt == null ? null : createdAt.atOffset(UTC))
                    .update();
            context.ledger().imported(Kind.SIGN_UP_DOMAINS);
        } else if (owner == team) {
            context.ledger().alreadyHere(Kind.SIGN_UP_DOMAINS);
        } else {
            context.ledger().conflict(Kind.SIGN_UP_DOMAINS, domain, "leads to another team here");
        }
    }

    /** Lower case, without {@code @} before and dot behind it. */
    private static Optional<String> normal(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        String bare = lower.startsWith("@") ? lower.substring(1) : lower;
        String domain = bare.endsWith(".") ? bare.substring(0, bare.length() - 1) : bare;
        return domain.length() <= MAX_DOMAIN_CHARS && DOMAIN.matcher(domain).matches()
                ? Optional.of(domain)
                : Optional.empty();
    }
}
