package io.portrgateway.admin.team;

import io.portrgateway.admin.account.Account;
import io.portrgateway.admin.audit.AuditTrail;
import io.portrgateway.admin.command.TunnelCommands;
import io.portrgateway.admin.web.Outcome;
import io.portrgateway.admin.web.Refusal;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.DataClassRowMapper;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** All teams of this gateway: make, rename, delete. For superusers; the controllers see to that. Thread-safe. */
@Service
class TeamDirectory {

    static final int MAX_NAME_CHARS = 100;

    private final JdbcClient database;
    private final Teams teams;
    private final TunnelCommands commands;
    private final AuditTrail audit;

    TeamDirectory(JdbcClient database, Teams teams, TunnelCommands commands, AuditTrail audit) {
        this.database = database;
        this.teams = teams;
        this.commands = commands;
        this.audit = audit;
    }

    /** Every team by name, with what would be lost with it. */
    @Transactional(readOnly = true)
    public List<TeamRow> all() {
        return rows(null);
    }

    /** The team with this slug, with what would be lost with it. */
    @Transactional(readOnly = true)
    public Optional<TeamRow> bySlug(String slug) {
        return rows(slug).stream().findFirst();
    }

    /** Makes a team, whose first admin is the one who made it. */
    @Transactional
    public Outcome<TeamName> create(Account account, String name, String address) {
        String label = name.strip();
        Optional<Refusal> wrong = wrongName(label);
        if (wrong.isPresent()) {
            return Outcome.refused(wrong.get());
        }
        Optional<String> slug = TeamSlugs.of(label);
        if (slug.isEmpty()) {
            return Outcome.refused(Refusal.invalid("name", "Use at least one letter a–z or digit in the name."));
        }
        if (!TeamSlugs.isUsable(slug.get())) {
            return Outcome.refused(Refusal.invalid(
                    "name", "The address /" + slug.get() + " belongs to the dashboard itself. Choose another name."));
        }
        // on conflict: of two who ask at once, the second is told, instead of failing
        Optional<Long> id = database.sql("""
                        insert into team (name, slug) values (:name, :slug)
                        on conflict do nothing returning id
                        """)
                .param("name", label)
                .param("slug", slug.get())
                .query(Long.class)
                .optional();
        if (id.isEmpty()) {
            return Outcome.refused(nameInUse(label, slug.get()));
        }
        TeamName team = new TeamName(id.get(), label, slug.get());
        teams.addMember(team, account, Role.ADMIN);
        Actor by = Actor.of(account, address);
        audit.record(by.event("team.created").in(team.id()).on(label).with("slug", team.slug()));
        return Outcome.done(team);
    }

    /** Gives the team another name. The slug stays: addresses, SSH user names and scripts are made of it. */
    @Transactional
    public Outcome<TeamName> rename(Account account, String slug, String name, String address) {
        String label = name.strip();
        Optional<TeamRow> team = rows(slug).stream().findFirst();
        if (team.isEmpty()) {
            return Outcome.refused(gone(slug));
        }
        TeamName renamed = new TeamName(team.get().id(), label, slug);
        if (label.equals(team.get().name())) {
            return Outcome.done(renamed);
        }
        Optional<Refusal> wrong = wrongName(label);
        if (wrong.isPresent()) {
            return Outcome.refused(wrong.get());
        }
        int changed =
                database.sql("""
                        update team set name = :name, updated_at = now()
                        where id = :id and not exists (select from team other where other.name = :name and other.id <> :id)
                        """).param("name", label).param("id", renamed.id()).update();
        if (changed == 0) {
            return Outcome.refused(nameInUse(label, ""));
        }
        audit.record(Actor.of(account, address)
                .event("team.renamed")
                .in(renamed.id())
                .on(label)
                .with("from", team.get().name()));
        return Outcome.done(renamed);
    }

    /**
     * Deletes the team with its memberships, keys, reservations, invitations and past tunnels; live tunnels are cut. Accounts
     * stay. Only with the slug typed once more, so that nobody deletes by a slip.
     */
    @Transactional
    public Outcome<TeamRow> delete(Account account, String slug, String typed, String address) {
        Optional<TeamRow> found = rows(slug).stream().findFirst();
        if (found.isEmpty()) {
            return Outcome.refused(gone(slug));
        }
        TeamRow team = found.get();
        if (!typed.strip().equals(slug)) {
            return Outcome.refused(Refusal.invalid("confirmation", "Type " + slug + " to confirm."));
        }
        database.sql("delete from team where id = :id").param("id", team.id()).update();
        commands.rightsEnded();
        audit.record(Actor.of(account, address)
                .event("team.deleted")
                .on(team.name())
                .with("slug", slug)
                .with("members", team.memberCount())
                .with("live_tunnels", team.liveTunnelCount())
                .with("reserved_names", team.reservedCount()));
        return Outcome.done(team);
    }

    private List<TeamRow> rows(@Nullable String slug) {
        return database.sql("""
                        select t.id, t.name, t.slug, t.created_at,
                               (select count(*) from membership m where m.team_id = t.id) as member_count,
                               (select count(*) from connection c
                                where c.team_id = t.id and c.status = 'active') as live_tunnel_count,
                               (select count(*) from reserved_subdomain r join membership m on m.id = r.membership_id
                                where m.team_id = t.id) as reserved_count,
                               (select count(*) from auto_signup_domain d where d.team_id = t.id)
                                   + (select count(*) from auto_signup_github g where g.team_id = t.id) as sign_up_rule_count
                        from team t
                        where cast(:slug as text) is null or t.slug = :slug
                        order by lower(t.name), t.id
                        """)
                .param("slug", slug)
                .query(new DataClassRowMapper<TeamRow>(TeamRow.class))
                .list();
    }

    private static Optional<Refusal> wrongName(String name) {
        if (name.isEmpty()) {
            return Optional.of(Refusal.invalid("name", "Give the team a name."));
        }
        if (name.length() > MAX_NAME_CHARS) {
            return Optional.of(
                    Refusal.invalid("name", "This name is too long: at most " + MAX_NAME_CHARS + " characters."));
        }
        boolean isPlain = name.codePoints().noneMatch(Character::isISOControl);
        return isPlain
                ? Optional.empty()
                : Optional.of(Refusal.invalid("name", "Use only visible characters in the name."));
    }

    private Refusal nameInUse(String name, String slug) {
        boolean sameName = database.sql("select exists (select from team where name = :name)")
                .param("name", name)
                .query(Boolean.class)
                .single();
        return Refusal.conflict(
                "name",
                sameName
                        ? "There is a team of this name already."
                        : "Another team has the address /" + slug + " already. Choose a name that differs more.");
    }

    private static Refusal gone(String slug) {
        return Refusal.notFound("there is no team " + slug);
    }
}
