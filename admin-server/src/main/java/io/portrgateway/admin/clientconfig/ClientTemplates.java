package io.portrgateway.admin.clientconfig;

import io.portrgateway.admin.audit.AuditTrail;
import io.portrgateway.admin.team.Member;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The templates that teams share: what every member's client gets under tunnels and groups. Thread-safe. */
@Service
class ClientTemplates {

    private final JdbcClient database;
    private final AuditTrail audit;
    private final InstantSource clock;

    ClientTemplates(JdbcClient database, AuditTrail audit, InstantSource clock) {
        this.database = database;
        this.audit = audit;
        this.clock = clock;
    }

    /** A team's template as it is stored; {@code updatedAt} is the team's own time when none was ever saved. */
    record Template(String text, Instant updatedAt) {

        /** What a form hands back, so that nobody overwrites what they have not seen. */
        String version() {
            return Long.toString(updatedAt.getEpochSecond() * 1_000_000 + updatedAt.getNano() / 1_000);
        }
    }

    /** What came of saving. */
    sealed interface Saved {

        /** It is stored; the notes are worth telling. */
        record Stored(Template template, TemplateRules.Verdict verdict) implements Saved {}

        /** It breaks a rule; nothing was stored. */
        record Broken(TemplateRules.Verdict verdict) implements Saved {}

        /** Somebody else saved since the author looked; nothing was stored. */
        record Overtaken(Template current) implements Saved {}
    }

    @Transactional(readOnly = true)
    public Template of(long teamId) {
        return read(teamId, "");
    }

    /** Saves the text; {@code seen} is the version that the author started from, null when they do not care. */
    @Transactional
    public Saved save(Member member, String text, @Nullable String seen, String address) {
        // browsers send the lines of a form with both characters
        String unified = text.replace("\r\n", "\n");
        String stored = unified.isBlank() ? "" : unified;
        TemplateRules.Verdict verdict = TemplateRules.judge(stored);
        if (!verdict.isGood()) {
            return new Saved.Broken(verdict);
        }
        Template current = read(member.teamId(), "for no key update");
        if (seen != null && !seen.equals(current.version())) {
            return new Saved.Overtaken(current);
        }
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        database.sql("update team set client_template = :text, client_template_updated_at = :now where id = :team")
                .param("text", stored)
                .param("now", Timestamp.from(now))
                .param("team", member.teamId())
                .update();
        audit.record(AuditTrail.Event.of(stored.isEmpty() ? "client_template.removed" : "client_template.saved")
                .by(member.userId(), member.email())
                .in(member.teamId())
                .on(member.teamSlug())
                .with("lines", stored.lines().count())
                .from(address));
        return new Saved.Stored(new Template(stored, now), verdict);
    }

    private Template read(long teamId, String lock) {
        return database.sql("select client_template, coalesce(client_template_updated_at, updated_at) as updated_at"
                        + " from team where id = :team " + lock)
                .param("team", teamId)
                .query(ClientTemplates::row)
                .single();
    }

    private static Template row(ResultSet row, int number) throws SQLException {
        return new Template(
                row.getString("client_template"), row.getTimestamp("updated_at").toInstant());
    }
}
